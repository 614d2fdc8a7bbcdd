/** What a file has before its classes, for columns of types that no field is about; each is written where it is needed. */
export type Helper = 'text' | 'timestamp' | 'anything' | 'enumerated';

export const HELPERS: Readonly<Record<Helper, string>> = {
  text: `/** A type that this database alone has: its values are texts, as the database writes them. */
const text = (type: string) => ({
  type,
  codec: { encode: (value: string) => value, decode: (stored: unknown) => String(stored) },
});
`,
  timestamp: `/** A point in time without a zone, which is taken for UTC. */
const timestamp = (type: string) => ({
  type,
  codec: {
    encode: (value: Date) =>
      value
        .toISOString()
        .slice(0, -1)
        .replace('T', ' ')
        .replace(/\\.?0+$/, ''),
    decode: (stored: unknown) => new Date(\`\${String(stored).replace(' ', 'T')}Z\`),
  },
});
`,
  anything: `/** A column of no type in particular: its values are as the database gives them. */
const anything = (type: string) => ({
  type,
  codec: {
    encode: (value: string | number | bigint | Uint8Array) => value,
    decode: (stored: unknown) => stored as string | number | bigint | Uint8Array,
  },
});
`,
  enumerated: `/** An enumerated type of the database, which is made elsewhere. */
const enumerated = <const V extends string>(type: string, _values: readonly V[]) => ({
  type,
  codec: { encode: (value: V) => value, decode: (stored: unknown) => stored as V },
});
`,
};
