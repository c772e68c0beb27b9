import { describe, expect, test } from '@jest/globals';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { canonicalize as jsonCanonicalize } from 'json-canonicalize';
import { canonical, canonicalEntry, MAX_DEPTH, NotCanonicalError } from '../../workflows/audit/canonical.ts';

function doubleOf(bits: string): number {
  return new DataView(Uint8Array.from(Buffer.from(bits, 'hex')).buffer).getFloat64(0);
}

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe('canonical JSON', () => {
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('the double %s is written as RFC 8785 appendix B writes it: %s', (bits, text) => {
    expect(canonical(doubleOf(bits))).toBe(text);
  });

  test('the example of RFC 8785 section 3.2.2 comes out letter by letter', () => {
    const value: unknown = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`);
    expect(canonical(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('names are ordered by UTF-16 code units, as in RFC 8785 section 3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    const order = Object.keys(JSON.parse(canonical(value)) as object);
    // An engine puts "1" first whatever the text says, so the text itself is compared.
    expect(order).toHaveLength(7);
    expect(canonical(value)).toBe(
      '{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0,"\ufb33":0}',
    );
  });

  test('whatever JSON holds survives the way there and back, and one value has one text', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        const value: unknown = JSON.parse(text);
        const written = canonical(value);
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonical(JSON.parse(written))).toBe(written);
      }),
      { numRuns: 1000 },
    );
  });

  test('T13: ten thousand values are written as two others write them who read RFC 8785 apart from us', () => {
    let written = 0;
    fc.assert(
      fc.property(fc.json({ maxDepth: 5, stringUnit: 'binary' }), (text) => {
        const value: unknown = JSON.parse(text);
        const own = canonical(value);
        expect([canonicalize(value), jsonCanonicalize(value)]).toEqual([own, own]);
        written += own.length;
      }),
      { numRuns: 10_000 },
    );
    expect(written).toBeGreaterThan(100_000);
  }, 60_000);

  test('T13: control: what another writes otherwise is seen', () => {
    const value = { b: 1, a: [1.5, '\u20ac'] };
    expect(canonicalize(value)).toBe(canonical(value));
    expect(JSON.stringify(value)).not.toBe(canonical(value));
  });

  test('the order in which names were set does not show', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonical(reversed)).toBe(canonical(value));
      }),
    );
  });

  test('a name that means something to JavaScript is a name like others', () => {
    const hostile = '{"__proto__":{"admin":true},"constructor":1,"toJSON":"text"}';
    expect(canonical(JSON.parse(hostile))).toBe(hostile);
  });

  class Account {
    readonly name = 'alice';
  }
  // oxlint-disable-next-line no-sparse-arrays
  const hole = [1, , 2];
  test.each<[string, unknown, string]>([
    ['undefined', { a: undefined }, '$.a is of type undefined'],
    ['not a number', { a: [1, Number.NaN] }, '$.a[1] is not a finite number'],
    ['infinity', Infinity, '$ is not a finite number'],
    ['a bigint', { a: 1n }, '$.a is of type bigint'],
    ['a function', { a: () => 1 }, '$.a is of type function'],
    ['a symbol', Symbol('s'), '$ is of type symbol'],
    ['half a surrogate pair', ['\ud800'], '$[0] holds half of a surrogate pair'],
    ['half a surrogate pair in a name', { '\udc00': 1 }, '$.\ufffd holds half of a surrogate pair'],
    ['a date', { a: new Date(0) }, '$.a says itself what its JSON is (toJSON)'],
    ['an object with toJSON', { toJSON: () => 1 }, '$ says itself what its JSON is (toJSON)'],
    ['a map', { a: new Map() }, '$.a is not a plain object'],
    ['an instance of a class', new Account(), '$ is not a plain object'],
    ['bytes', new Uint8Array(2), '$ is not a plain object'],
    ['a name that is a symbol', { [Symbol('s')]: 1 }, '$ is not a plain object'],
    ['a hole in a list', hole, '$[1] is of type undefined'],
    ['too deep a nesting', nested(MAX_DEPTH + 1), `is nested deeper than ${MAX_DEPTH} levels`],
  ])('%s is refused, and the place is named', (_, value, message) => {
    expect(() => canonical(value)).toThrow(NotCanonicalError);
    expect(() => canonical(value)).toThrow(message);
  });

  test('nesting as deep as allowed is written', () => {
    expect(canonical(nested(MAX_DEPTH))).toBe(`${'['.repeat(MAX_DEPTH)}0${']'.repeat(MAX_DEPTH)}`);
  });

  test('a refusal never repeats the value', () => {
    expect(() => canonical({ password: 'hunter2\ud800' })).toThrow(
      /^\$\.password holds half of a surrogate pair; only/,
    );
  });
});

describe('canonical JSON of an entry', () => {
  test.each([0.5, 2 ** 53, -(2 ** 53), 1e21])(
    'the number %d is refused: not every language would read it alike',
    (n) => {
      expect(() => canonicalEntry({ n })).toThrow('$.n is not a whole number');
    },
  );

  test.each([0, -1, 2 ** 53 - 1, -(2 ** 53 - 1)])('the whole number %d is written', (n) => {
    expect(canonicalEntry({ n })).toBe(`{"n":${n}}`);
  });

  test('half a surrogate pair in a text becomes U+FFFD, in a name it is refused', () => {
    expect(canonicalEntry({ by: 'a\ud800b\ud83d\ude00' })).toBe('{"by":"a\ufffdb\ud83d\ude00"}');
    expect(() => canonicalEntry({ '\ud800': 1 })).toThrow(NotCanonicalError);
  });

  test('every character in a text or a name is written as JSON writes it, and no half of one is', () => {
    for (let unit = 0; unit < 0x1_0000; unit += 1) {
      const text = `a${String.fromCharCode(unit)}b`;
      const isHalf = unit >= 0xd800 && unit <= 0xdfff;
      const json = JSON.stringify(isHalf ? 'a\ufffdb' : text);
      if (canonicalEntry(text) !== json || canonicalEntry([text]) !== `[${json}]`)
        throw new Error(`character ${unit} is written otherwise`);
      if (!isHalf && canonical({ [text]: text }) !== `{${json}:${json}}`)
        throw new Error(`character ${unit} is written otherwise in a mapping`);
    }
    expect(canonical('\ud83d\ude00')).toBe('"\ud83d\ude00"');
  });
});
