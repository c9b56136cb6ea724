// Reading a property of an object that is not ours: an option, a request, a message. Any script of the page can put
// properties on `Object.prototype`, and then every object seems to have them. What stands there is never meant for us.

/** Longer chains of prototypes are a proxy's that never ends. */
const LONGEST_CHAIN = 100;

/**
 * @internal An object of these properties that inherits nothing. For what the platform or this package reads by name:
 * options of `fetch`, events, locks, property descriptors.
 */
export function bare<T extends object>(properties: T): T {
  return Object.assign(Object.create(null), properties);
}

/** Whether this is `Object.prototype`, of whatever realm (a frame has its own). */
function isObjectPrototype(holder: object): boolean {
  return (
    holder === Object.prototype ||
    (Object.getPrototypeOf(holder) === null && Object.hasOwn(holder, "isPrototypeOf"))
  );
}

/**
 * @internal The property, if it is the object's own, its class's, or a proxy's; undefined if it is only on
 * `Object.prototype`. A getter runs once. Throws what a getter or a proxy throws.
 */
export function read(object: unknown, name: PropertyKey): unknown {
  if ((typeof object !== "object" && typeof object !== "function") || object === null) return undefined;
  const given = object as Record<PropertyKey, unknown>;
  if (Object.hasOwn(given, name)) return given[name];
  let holder: object | null = Object.getPrototypeOf(given);
  for (let length = 0; holder !== null; length += 1) {
    if (length > LONGEST_CHAIN) throw new TypeError("The chain of prototypes does not end.");
    if (Object.hasOwn(holder, name))
      return isObjectPrototype(holder) ? unlike(holder, given, name) : given[name];
    holder = Object.getPrototypeOf(holder);
  }
  // No object of the chain has it. A proxy may give a value all the same.
  return given[name];
}

/** What `Object.prototype` has is not meant; but a proxy can have another value than that. A getter there is not run. */
function unlike(root: object, given: Record<PropertyKey, unknown>, name: PropertyKey): unknown {
  const found = Object.getOwnPropertyDescriptor(root, name) as PropertyDescriptor;
  if (!Object.hasOwn(found, "value")) return undefined;
  const seen = given[name];
  return Object.is(seen, found.value) ? undefined : seen;
}

/** @internal The same, but undefined if reading it throws. */
export function peek(object: unknown, name: PropertyKey): unknown {
  try {
    return read(object, name);
  } catch {
    return undefined;
  }
}

/** @internal Whether it is an array. Of a proxy that was revoked even this question throws. */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** @internal What can have fields. Of a revoked proxy each of them is unreadable. */
export function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !isArray(value);
}
