// Reading options field by field: what is said of each kind of mistake.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Reader } from "../../dist/given/reader.js";
import { headers, nested, optionsOf } from "../../dist/given/snapshot.js";

const asIs = (value) => value;

/** What `read` makes of a field with this value, and what it finds wrong with it. */
function of(value, read) {
  const reader = new Reader(optionsOf({ field: value }, { field: asIs }), "options");
  return [read(reader), ...reader.finish().map(({ code, message }) => `${code}: ${message}`)];
}

const isWanted = (wanted, kind) => [undefined, `wrong_type: ${wanted} is wanted, not ${kind}.`];

test("what it takes", () => {
  assert.deepEqual(
    of("text", (reader) => reader.string("field")),
    ["text"],
  );
  assert.deepEqual(
    of(false, (reader) => reader.boolean("field")),
    [false],
  );
  assert.deepEqual(
    of(-1.5, (reader) => reader.milliseconds("field")),
    [-1.5],
  );
  assert.deepEqual(
    of(5, (reader) => reader.number("field", 1, 5)),
    [5],
  );
  assert.deepEqual(
    of("b", (reader) => reader.choice("field", ["a", "b"])),
    ["b"],
  );
  assert.deepEqual(
    of(asIs, (reader) => reader.function("field")),
    [asIs],
  );
  const { signal } = new AbortController();
  assert.deepEqual(
    of(signal, (reader) => reader.signal("field")),
    [signal],
  );
  const foreign = { aborted: false, addEventListener() {} };
  assert.deepEqual(
    of(foreign, (reader) => reader.signal("field")),
    [foreign],
  );
  assert.deepEqual(
    of({ a: "1", b: "2" }, (reader) => reader.record("field")),
    [["a", "1", "b", "2"]],
  );
});

test("undefined and null are no value, and no mistake", () => {
  for (const nothing of [undefined, null]) {
    const reader = new Reader(nothing, "options");
    assert.deepEqual([reader.value("field"), reader.finish()], [undefined, []]);
    for (const kind of ["string", "boolean", "milliseconds", "function", "signal", "value"]) {
      assert.deepEqual(
        of(nothing, (one) => one[kind]("field")),
        [undefined],
        kind,
      );
    }
    assert.deepEqual(
      of(nothing, (one) => one.choice("field", ["a"])),
      [undefined],
    );
    assert.deepEqual(
      of(nothing, (one) => one.number("field", 1, 5)),
      [undefined],
    );
    assert.deepEqual(
      of(nothing, (one) => one.headers("field")),
      [[]],
    );
  }
});

describe("a wrong type is named, with what is wanted:", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const kinds = [
    [{}, "an object"],
    [[], "an array"],
    [proxy, "an object"],
    [Symbol("s"), "a symbol"],
    [5n, "a bigint"],
  ];
  const wanted = {
    string: "A string",
    boolean: "true or false",
    milliseconds: "A finite number of milliseconds",
    function: "A function",
    signal: "An AbortSignal",
  };
  for (const [kind, words] of Object.entries(wanted)) {
    test(kind, () => {
      for (const [value, name] of kinds) {
        assert.deepEqual(
          of(value, (reader) => reader[kind]("field")),
          isWanted(words, name),
        );
      }
    });
  }

  test("number and choice", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.deepEqual(
        of(value, (reader) => reader.number("field", 1, 5)),
        isWanted("A finite number", "a number"),
      );
    }
    assert.deepEqual(
      of(true, (reader) => reader.choice("field", ["a"])),
      isWanted("A string", "a boolean"),
    );
  });

  test("records and headers", () => {
    for (const value of [{ a: 5 }, { a: undefined }, [], "text", asIs]) {
      const [found, problem] = of(value, (reader) => reader.record("field"));
      assert.deepEqual(found, []);
      assert.match(problem, /^wrong_type: An object whose values are strings is wanted, not an? /);
    }
    for (const value of [{ a: 5 }, [["a"]], ["a"], [["a", 5]], "text", asIs]) {
      const [found, problem] = of(value, (reader) => reader.headers("field"));
      assert.deepEqual(found, []);
      const words =
        "wrong_type: A Headers object, an array of pairs or an object of strings is wanted, not an? ";
      assert.match(problem, new RegExp(`^${words}`));
    }
  });
});

test("headers of every kind", () => {
  for (const given of [
    { a: "1", b: "2" },
    [
      ["a", "1"],
      ["b", "2"],
    ],
    new Headers({ a: "1", b: "2" }),
    new Map([
      ["a", "1"],
      ["b", "2"],
    ]),
  ]) {
    const copy = optionsOf({ headers: given }, { headers });
    assert.deepEqual(new Reader(copy, "options").headers("headers"), ["a", "1", "b", "2"]);
  }
});

test("a number, or a word, that is none of those that are taken", () => {
  for (const value of [0, 5.5, -1]) {
    const found = of(value, (reader) => reader.number("field", 1, 5));
    assert.deepEqual(found, [undefined, "out_of_range: Give a number from 1 to 5."]);
  }
  const found = of("c", (reader) => reader.choice("field", ["a", "b"]));
  assert.deepEqual(found, [undefined, "unknown_value: Use one of: a, b."]);
});

test("what is no object is one problem, and its fields are none", () => {
  for (const [whole, kind] of [
    [[], "an array"],
    ["text", "a string"],
    [asIs, "a function"],
    [0, "a number"],
  ]) {
    const reader = new Reader(whole, "request");
    assert.equal(reader.string("sipUri"), undefined);
    const message = `An object is wanted, not ${kind}.`;
    assert.deepEqual(reader.finish(), [{ field: "request", code: "wrong_type", message }]);
  }
});

test("within options problems have paths; a nested value that is no object is named itself", () => {
  const copy = optionsOf({ retry: { tries: 1, most: "x" } }, { retry: nested({ most: asIs }) });
  const reader = Reader.nested(new Reader(copy, "options").value("retry"), "retry");
  reader.milliseconds("most");
  reader.problem("most", "other", "Only the first problem of a field is kept.");
  const found = reader.finish();
  assert.deepEqual(
    found.map(({ field, code }) => [field, code]),
    [
      ["retry.most", "wrong_type"],
      ["retry.tries", "unknown_field"],
    ],
  );
  assert.equal(found[1].message, "There is no such option. Known are: most.");
  assert.deepEqual(Reader.nested(3, "retry").finish(), [
    { field: "retry", code: "wrong_type", message: "An object is wanted, not a number." },
  ]);
});

test("a field that can't be read is named, and nothing of what its getter threw", () => {
  const given = {
    get field() {
      throw new Error("a secret");
    },
  };
  const reader = new Reader(optionsOf(given, { field: asIs }), "options");
  assert.equal(reader.string("field"), undefined);
  const problem = { field: "field", code: "unreadable", message: "Reading it threw an error." };
  assert.deepEqual(reader.finish(), [problem]);
});

test("all unknown fields are named; what is on Object.prototype is none", () => {
  Object.prototype.known = "polluted";
  try {
    const reader = new Reader(optionsOf({ one: 1, two: 2 }, { known: asIs }), "options");
    assert.equal(reader.string("known"), undefined);
    assert.deepEqual(
      reader.finish().map(({ field }) => field),
      ["one", "two"],
    );
  } finally {
    delete Object.prototype.known;
  }
});
