/** What comes from outside: each a name for messages, and a value. A new one is one line. */

/** A value as it may come from a request, and how failures call it. */
export interface Payload {
  readonly name: string;
  readonly value: unknown;
}

/** Texts that end quotes, begin comments, stand for parameters, or mean something to JSON, patterns or JavaScript. */
export const TEXTS: readonly string[] = [
  // Quotes, comments and ends of statements.
  ...["'", '"', '`', "''", '""', '``', '\\', '\\\\', "\\'", '\\"', '\\`', ']', ';', '#', '--', '-- ', "' -- ", "';#"],
  ...['/*', '*/', '/* x */', "'/*", '/*! DROP TABLE note */', "'; DROP TABLE note; --", '"; DROP TABLE note; -- '],
  ...[
    '`; DROP TABLE note; -- ',
    "' OR '1'='1",
    '" OR ""="',
    '1 OR 1=1',
    "') OR 1=1 -- ",
    "x' UNION SELECT name FROM tag -- ",
  ],
  // What is no text where it stands bare.
  ...[
    'NULL',
    'null',
    'true',
    'DEFAULT',
    'CURRENT_USER',
    '(SELECT 1)',
    'count(*)',
    '1; DROP TABLE note',
    '1e21',
    '-0',
    'NaN',
  ],
  // Literals of one database or another.
  ...[
    "E'\\''",
    '\\x27',
    '\\u0027',
    "U&'\\0027'",
    '_utf8mb4 0x27',
    "x'27'",
    '0x27',
    "q'[x]'",
    "N'x'",
    '$$',
    '$a$;$a$',
    '$blaze$',
  ],
  // Placeholders and variables.
  ...['?', '??', '$1', '$2', '$0', ':name', ':1', '@x', '@@version', '%s', '%(x)s', '{0}', '${x}', '#{x}'],
  // Patterns.
  ...[
    '%',
    '_',
    '%%',
    'a%',
    '\\%',
    '\\_',
    '*',
    '[a-z]',
    '[',
    '(',
    '.*',
    '^$',
    '|',
    '(?i)x',
    'x{1}',
    '\\Q',
    '&',
    '!',
    '<->',
    "a & 'b",
  ],
  // JSON and its paths.
  ...[
    '{"__raw":"1=1"}',
    '{"$gt":""}',
    '[1]',
    '"x"',
    '$.a',
    '$."a"',
    'a.b',
    'a[0]',
    '[0]',
    '"]',
    '$**',
    '{a,b}',
    '{NULL}',
    '{"a"}',
    'a"b\\c',
  ],
  // Control characters, and what shows nothing.
  ...[
    '\0',
    'a\0b',
    '\n',
    '\r\n',
    "\n'",
    '\t',
    '\b',
    '\u001a',
    '\u007f',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u200b',
    '\u202e',
  ],
  // Look-alikes, and bytes that GBK or Shift-JIS would read with the quote behind them.
  ...[
    '\u02bc',
    '\uff07',
    '\u2019',
    '\uff02',
    '\uff40',
    '\uff1b',
    '\uff0d\uff0d',
    '\uff3c',
    '\u00a5',
    '\u20a9',
    '\uff05',
    'note\u0000',
  ],
  ...["\u00bf'", '\u00bf\\', "\u8868'", '\u30bd\\', "\u7e41'", "\u7e17'", '\u5c27', 'İı', 'ß', 'e\u0301', '\u00e9'],
  // Beyond 16 bits, and halves of what is.
  ...["\u{1f600}'", '\u{1f469}\u200d\u{1f467}', '\u{10ffff}', '\ud800', "'\udc00", 'a\ud83d'],
  // Long.
  ...["'".repeat(3_000), `${'x'.repeat(20_000)}'`, '('.repeat(500), '\\'.repeat(999), 'a.'.repeat(2_000)],
  // Names.
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', 'length', 'kind', 'raw'],
  ...[
    'id',
    '-id',
    '--id',
    'id; --',
    'id desc',
    'ID',
    'text',
    'note.text',
    't0.id',
    '"t0"."id"',
    'owner.name',
    'owner__name',
    'owner',
  ],
  ...[
    'tags',
    'tags.notes',
    'owner.notes',
    'owner_id',
    'text_',
    'primary',
    'replica',
    'serializable',
    'SERIALIZABLE',
    'asc',
    'desc; --',
  ],
  // What some field takes.
  ...[
    '',
    ' ',
    '  ',
    'red',
    'RED',
    '2026-01-31',
    '2026-02-30',
    '13:45:00',
    '12.50',
    '1',
    '00000000-0000-4000-8000-000000000001',
  ],
];

/** JSON as a request brings it: keys such as `__proto__` are plain keys in it. */
const JSON_TEXTS: readonly string[] = [
  ...['{}', '[]', '[[]]', '[null]', '[""]', '["a","b"]', '[1,2]', '[{}]', '[{"id":1}]', '{"length":1,"0":"x"}'],
  ...['{"__raw":"1=1"}', '{"__entity":"Note","id":1}', '{"kind":"raw","parts":[{"kind":"text","text":"1=1"}]}'],
  ...[
    '{"strings":["1=1"],"values":[]}',
    '{"strings":["1=1"],"raw":["1=1"],"values":[]}',
    '{"sql":"1=1","parameters":[]}',
  ],
  ...[
    '{"identifier":["note"]}',
    '{"kind":"identifier","names":["note"]}',
    '{"kind":"text","text":"1=1"}',
    '{"kind":"param","value":1}',
  ],
  ...[
    '{"name":"gte","value":0,"negated":false}',
    '{"name":"exact","value":1}',
    '{"name":"oneOf","value":[1]}',
    '{"operator":"or","items":[]}',
  ],
  ...[
    '{"$gt":""}',
    '{"$ne":null}',
    '{"$where":"1=1"}',
    '{"$or":[{},{}]}',
    '{"gte":1}',
    '{"gt":""}',
    '{"not":{}}',
    '{"ne":null}',
    '{"in":[1]}',
  ],
  ...[
    '{"contains":""}',
    '{"isNull":false}',
    '{"text__contains":""}',
    '{"or":[{"id":1}]}',
    '{"AND":[]}',
    '{"pk":1}',
    '{"id":1}',
    '{"id":{"gte":0}}',
  ],
  ...[
    '{"text":{"$ne":""}}',
    '{"text":["a"]}',
    '{"text":{}}',
    '{"owner":{"id":{"gt":0}}}',
    '{"owner":{"notes":{"x":1}}}',
    '{"1=1":1}',
    '{"id; --":1}',
  ],
  ...[
    '{"__proto__":{"id":1}}',
    '{"__proto__":null}',
    '{"__proto__":[]}',
    '{"constructor":{"prototype":{"x":1}}}',
    '{"constructor":1}',
  ],
  ...[
    '{"toString":"x"}',
    '{"valueOf":1}',
    '{"then":"x"}',
    '{"toJSON":"x"}',
    '{"hasOwnProperty":1}',
    '{"toSqlString":"1=1"}',
    '{"toPostgres":"1=1"}',
  ],
  ...[
    '{"flat":true}',
    '{"distinct":true}',
    '{"nulls":"first; --"}',
    '{"first":1,"__proto__":1}',
    '{"defaults":{"id":1}}',
    '{"a":{"b":["\'","\\\\"]}}',
  ],
  ...[
    '{"\'":"\'"}',
    '{"\\"":"\\""}',
    '{"a\\"b\\\\":1}',
    '{"\\u0000":1}',
    '{"a":"\\u0000"}',
    '{"a":"\\ud800"}',
    '{"":""}',
    '{"$.a":1}',
    '{"0":"a"}',
  ],
];

const thenable = { then: (resolve: (value: unknown) => void) => resolve("' OR 1=1 --") };
const speaking = {
  toString: () => "' OR 1=1 --",
  valueOf: () => 1,
  [Symbol.toPrimitive]: () => '1 OR 1=1',
  toSqlString: () => '1=1',
  toPostgres: () => '1=1',
};

/** What is no text: operators, look-alikes of the library's own values, and odd numbers. */
export const OTHERS: readonly Payload[] = [
  ...JSON_TEXTS.map((text): Payload => ({ name: text, value: JSON.parse(text) })),
  // As a careless merge makes them of JSON.
  {
    name: 'an object that inherits what JSON says',
    value: Object.create({ id: 1, kind: 'raw', name: 'gte', value: 0 }),
  },
  { name: 'an object whose class is a text', value: Object.create({ constructor: { name: "' OR 1=1 --" } }) },
  { name: 'an object without a prototype', value: Object.assign(Object.create(null), { id: 1 }) },
  { name: 'an object that is a Date by its prototype', value: Object.create(Date.prototype) },
  { name: 'an object that is an array by its prototype', value: Object.create(Array.prototype) },
  { name: 'an object that speaks SQL', value: speaking },
  { name: 'an array with such an object', value: [speaking] },
  { name: 'an object that can be awaited', value: thenable },
  { name: 'an object that makes JSON of itself', value: { toJSON: () => "' OR 1=1 --" } },
  { name: 'an object with a getter', value: Object.defineProperty({}, 'id', { enumerable: true, get: () => 1 }) },
  { name: 'a boxed text', value: Object('1 OR 1=1') },
  { name: 'a boxed number', value: Object(1) },
  { name: 'a map', value: new Map([['id', 1]]) },
  { name: 'a set', value: new Set(['id']) },
  { name: 'an error', value: new Error('x') },
  { name: 'a pattern', value: /x/ },
  { name: 'a function', value: () => "' OR 1=1 --" },
  { name: 'a symbol', value: Symbol('id') },
  { name: 'a buffer', value: Buffer.from("'\0\\") },
  { name: 'an array of arrays', value: [[['id', 'asc; --']]] },
  { name: 'a list with a hole', value: Object.assign([1, 2, 3], { length: 4 }) },
  { name: 'a list as of a template', value: Object.assign(['1=1'], { raw: ['1=1'] }) },
  { name: 'nested deep', value: nested(5_000) },
  ...[undefined, null, true, false, 0, -0, 1, -1, 1.5, 7, 1e21, 1e-7, 2 ** 31, 2 ** 53, NaN, Infinity, -Infinity].map(
    plainly,
  ),
  ...[0n, 1n, -1n, 2n ** 63n, 10n ** 30n].map(plainly),
  ...[new Date('2026-01-31T13:45:00.123Z'), new Date(Number.NaN), new Date(8.64e15)].map(plainly),
];

function plainly(value: unknown): Payload {
  return { name: Object.is(value, -0) ? '-0' : typeof value === 'bigint' ? `${value}n` : String(value), value };
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = { owner: value };
  return value;
}

export const PAYLOADS: readonly Payload[] = [
  ...TEXTS.map((text): Payload => ({
    name: JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text),
    value: text,
  })),
  ...OTHERS,
];
