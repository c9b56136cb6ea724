// The baseline: bytes written by hand for exactly these messages, and plain fetch. No deadline of its own, no retry, no checks
// beyond what reading the answer needs.
import { baseUrl, getToken, sipUri, start, timeoutMs } from "./page.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A field with a length. Everything here is ASCII and shorter than 128, so each character is one byte. */
const field = (number, text) => String.fromCharCode((number << 3) | 2, text.length) + text;
const loop = "\x20\x01";

function frame(phoneNumber) {
  const registration = field(3, sipUri) + loop + field(5, field(1, phoneNumber));
  return encoder.encode(`\0\0\0\0${String.fromCharCode(registration.length + 2)}${field(1, registration)}`);
}

/** Calls `found` with each field of a message: a number, or the bytes of a nested one. */
function readFields(bytes, found) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const size = varint();
    if ((tag & 7) === 0) found(tag >> 3, size);
    else {
      found(tag >> 3, bytes.subarray(at, at + size));
      at += size;
    }
  }
}

async function call(method, phoneNumber) {
  const response = await fetch(`${baseUrl}/wgtwo.sipbreakout.v1.SipBreakoutService/${method}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await getToken()}`,
      "content-type": "application/grpc-web+proto",
      "grpc-timeout": `${timeoutMs}m`,
      "x-grpc-web": "1",
    },
    body: frame(phoneNumber),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const view = new DataView(bytes.buffer);
  let message;
  let status = response.headers.get("grpc-status");
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + view.getUint32(at + 1);
    const content = bytes.subarray(at + 5, end);
    if (bytes[at] & 0x80) status = /^grpc-status:\s*(\d+)/im.exec(decoder.decode(content))?.[1];
    else message = content;
    at = end;
  }
  if (status !== "0") throw new Error(`gRPC status ${status}`);
  const answer = { statusCode: 0, seconds: 0 };
  readFields(message, (number, value) => {
    if (number === 1) answer.statusCode = value;
    if (number === 3)
      readFields(value, (inner, seconds) => {
        if (inner === 1) answer.seconds = seconds;
      });
  });
  if (answer.statusCode !== 1) throw new Error(`status ${answer.statusCode}`);
  return answer.seconds;
}

start({
  upsert: (phoneNumber) => call("UpsertRegistration", phoneNumber),
  remove: (phoneNumber) => call("DeleteRegistration", phoneNumber),
});
