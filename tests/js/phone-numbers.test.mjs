// Numbers as people type and paste them: what reaches the core is what was meant, or nothing does and the message says why.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  describeCallFlow,
  InvalidRequestError,
  parsePhoneNumber,
  validateRegistration,
} from "../../dist/index.js";
import { core, drain, ok, requestOf } from "./fleet.mjs";

const plain = "+4799900001";

const written = {
  "no-break, thin and ideographic blanks": "+47\u00a0999\u200900\u3000001",
  "dashes of all kinds": "+47-999\u201000\u20130\u22120\u20151",
  "a full-width hyphen and a long sound mark": "+47\uff0d999\u30fc00001",
  dots: "+47.999.00.001",
  slashes: "+47/999/00001",
  brackets: "+47 (999) [00] {001}",
  "the country code in brackets": "(+47) 999 00 001",
  "tel:": "tel:+47-999-00-001",
  "TEL: with blanks": " TEL: +47 999 00 001",
  "bidirectional embeddings, as phone books paste them": "\u202a+47 999 00 001\u202c",
  "isolates and marks": "\u2068\u200e+47\u2069\u200f 999\u061c00001",
  "a byte order mark before tel:": "\ufefftel:+4799900001",
  "zero-width characters": "+47\u200b999\u200c00\u200d001\u2060",
  "soft hyphens and variation selectors": "+47\u00ad99900001\ufe0f",
  "other invisible characters": "+47\u180e\u2064\u3164999\u{e0020}00001",
  "line breaks and tabs": "\t+4799900001\r\n",
  "full-width digits": "＋４７９９９００００１",
  "Arabic digits": "+٤٧٩٩٩٠٠٠٠١",
  "Persian digits": "+۴۷۹۹۹۰۰۰۰۱",
};

describe("a number that is written like this is sent as plus and digits:", () => {
  for (const [name, text] of Object.entries(written)) {
    test(name, async () => {
      const { client, seen } = core();
      await client.upsertRegistration({ ...requestOf(1), phoneNumber: text });
      await client.deleteRegistration({ sipUri: "sips:pbx.example.com", phoneNumber: text });
      assert.deepEqual(seen.numbers, [plain, plain]);
      assert.equal(await parsePhoneNumber(text), plain);
      assert.deepEqual(await validateRegistration({ ...requestOf(1), phoneNumber: text }), []);
    });
  }
});

const refused = [
  ["+44 (0)7700 900123", "zero_in_brackets", /without the brackets/],
  ["+44(0)7700900123", "zero_in_brackets", /without the brackets/],
  ["+44 ( 0 ) 7700 900123", "zero_in_brackets", /without the brackets/],
  ["+44 [0]7700 900123", "zero_in_brackets", /without the brackets/],
  ["+44 （０）7700 900123", "zero_in_brackets", /without the brackets/],
  ["+44 (\u200e0\u2060)7700 900123", "zero_in_brackets", /without the brackets/],
  ["+44-(0)-7700-900123", "zero_in_brackets", /without the brackets/],
  ["tel:+44(0)7700900123", "zero_in_brackets", /without the brackets/],
  ["(+44)(0)7700900123", "zero_in_brackets", /without the brackets/],
  ["+44 (07700) 900123", "zero_in_brackets", /without the brackets/],
  ["+39 (06) 1234 5678", "zero_in_brackets", /without the brackets/],
  ["tel:+4799900001;ext=5", "has_parameters", /Remove the parameters/],
  ["tel:99900001;phone-context=+47", "has_parameters", /Remove the parameters/],
  ["004799900001", "bad_number", /plus instead of 00/],
  ["\u200e00 47 999 00 001", "bad_number", /plus instead of 00/],
  ["(0044) 7700 900123", "bad_number", /plus instead of 00/],
  ["(07700) 900123", "bad_number", /Begin with a plus and the country code/],
  ["+(0)44 7700 900123", "bad_number", /does not begin with 0/],
  ["4799900001", "bad_number", /Begin with a plus/],
  ["47+99900001", "bad_number", /plus comes first/],
  ["++4799900001", "bad_number", /more than one plus/],
  ["+4799900001 / +4799900002", "bad_number", /more than one plus/],
  ["+0799900001", "bad_number", /does not begin with 0/],
  ["+47999OO001", "bad_number", /`O`/],
  ["+47 999é00001", "bad_number", /`é` \(U\+00E9\)/],
  ["+4799900001 ext. 5", "bad_number", /`e`/],
  ["+4799900001,5", "bad_number", /`,`/],
  ["+४७९९९००००१", "bad_number", /\(U\+096A\)/],
  ["+47\u0000999", "bad_number", /U\+0000, a control character/],
  ["+4\u20e37\u20e399900001", "bad_number", /U\+20E3/],
  ["+1", "bad_number", /4 to 32 digits/],
];

describe("a number that is not certain is refused by name, and nothing is sent:", () => {
  for (const [text, code, message] of refused) {
    test(JSON.stringify(text), async () => {
      const { client, seen } = core();
      for (const refusal of [
        client.upsertRegistration({ ...requestOf(1), phoneNumber: text }),
        client.deleteRegistration({ sipUri: "sips:pbx.example.com", phoneNumber: text }),
        parsePhoneNumber(text),
      ]) {
        const error = await refusal.then(assert.fail, (thrown) => thrown);
        assert.ok(error instanceof InvalidRequestError, String(error));
        assert.deepEqual(
          error.problems.map((problem) => [problem.field, problem.code]),
          [["phoneNumber", code]],
        );
        assert.match(error.problems[0].message, message);
        assert.match(error.message, message);
      }
      assert.deepEqual(seen.numbers, []);
    });
  }
});

test("whatever character stands in a number, no other number is sent", async () => {
  const digits = (first) => Array.from({ length: 10 }, (_, value) => [first + value, String(value)]);
  const known = new Map([0x30, 0x660, 0x6f0, 0xff10].flatMap(digits));
  let droppedCount = 0;
  for (let code = 0; code < 0x3100; code += 1) {
    const letter = String.fromCodePoint(code);
    const number = await parsePhoneNumber(`+4799${letter}900001`).catch(() => undefined);
    const wanted = `+4799${known.get(code) ?? ""}900001`;
    if (number === plain) droppedCount += 1;
    assert.ok(number === undefined || number === wanted, `U+${code.toString(16)}: ${number}`);
    if (known.has(code)) assert.equal(number, wanted);
  }
  assert.ok(droppedCount > 50 && droppedCount < 150, `${droppedCount} are dropped`);
});

test("parsePhoneNumber of nothing, and of what is no text", async () => {
  for (const text of ["", "  ", "\u200b\ufeff"]) {
    await assert.rejects(parsePhoneNumber(text), ({ problems: [{ code }] }) => code === "missing");
  }
  for (const value of [4799900001, {}, [plain], new String(plain), 5n, Symbol("x")]) {
    await assert.rejects(parsePhoneNumber(value), ({ problems: [{ code }] }) => code === "wrong_type");
  }
  for (const value of [undefined, null]) {
    await assert.rejects(parsePhoneNumber(value), ({ problems: [{ code }] }) => code === "missing");
  }
});

test("a field that only looks empty is as good as empty", async () => {
  const { client, seen } = core();
  await client.upsertRegistration({ ...requestOf(1), phoneNumber: " \u200b\ufeff" });
  assert.deepEqual(seen.numbers, [undefined]);
});

test("a fleet makes one call at a time for one number, however it is written", async () => {
  let underWay = 0;
  let most = 0;
  const { client, seen } = core(async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    return ok();
  });
  const requests = Object.values(written).map((phoneNumber) => ({ ...requestOf(1), phoneNumber }));
  const { results } = await drain(client.upsertRegistrations(requests));
  assert.ok(results.every(({ status }) => status === "ok"));
  assert.equal(most, 1);
  assert.equal(seen.numbers.length, requests.length);
});

describe("invisible marks where nothing may be dropped are named:", () => {
  const marks = [
    ["\u200e", "U+200E, an invisible left-to-right mark"],
    ["\u202c", "U+202C, an invisible end of directional formatting"],
    ["\u2069", "U+2069, an invisible end of a directional isolate"],
    ["\u200b", "U+200B, an invisible zero-width space"],
    ["\ufeff", "U+FEFF, an invisible byte order mark"],
    ["\u00ad", "U+00AD, an invisible soft hyphen"],
    ["\ufe0f", "U+FE0F, an invisible variation selector"],
    ["\u00a0", "U+00A0, a no-break space"],
  ];
  for (const [mark, name] of marks) {
    test(name, async () => {
      for (const [field, text] of [
        ["sipUri", `sips:pbx.example.com${mark}`],
        ["sipUri", `${mark}sips:pbx.example.com`],
        ["mobileOriginatingPrefix", `0${mark}0`],
        ["mobileTerminatingPrefix", `00${mark}`],
      ]) {
        const problems = await validateRegistration({ ...requestOf(1), [field]: text });
        assert.deepEqual(
          problems.map((problem) => problem.field),
          [field],
        );
        assert.ok(problems[0].message.includes(name), problems[0].message);
      }
    });
  }
});

test("describeCallFlow reads numbers in the same way", async () => {
  const flow = (phoneNumber) => describeCallFlow({ caller: { phoneNumber }, callee: { phoneNumber: plain } });
  assert.equal((await flow(written["isolates and marks"])).unspecified, "same_number");
  await assert.rejects(flow("+44 (0)7700 900123"), ({ problems: [{ field, code }] }) => {
    return field === "caller.phoneNumber" && code === "zero_in_brackets";
  });
});
