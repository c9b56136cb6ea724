// The numbers this operator owns: +4799900000 to +4799999999.

/** Offered on the sign-in page. */
export const suggestedNumbers = ["+4799900001", "+4799900002", "+4799900003"];

/**
 * @param {string} phoneNumber
 * @returns {boolean}
 */
export function isOwnNumber(phoneNumber) {
  return /^\+47999\d{5}$/.test(phoneNumber);
}

/**
 * What a person types, without the blanks, dashes and brackets people put into numbers.
 * @param {string} typed
 */
export function normalizeTypedNumber(typed) {
  return typed.replace(/[\s()-]/g, "");
}
