import type { CustomCodec, ValueType } from '../../core/value-types.ts';

/**
 * Columns of types that no field is about: their values as the driver has them. `text`: whatever it is, as a text. `date`: a
 * point in time without a zone, which is taken for UTC. `any`: a value of any kind.
 */
export type CustomKind = 'text' | 'date' | 'any';

export const CODECS: Readonly<Record<CustomKind, CustomCodec>> = Object.freeze({
  text: Object.freeze({ encode: String, decode: String }),
  date: Object.freeze({
    // As the server gives it back, so that what was read is known to be unchanged.
    encode: (value: unknown) =>
      (value as Date)
        .toISOString()
        .slice(0, -1)
        .replace('T', ' ')
        .replace(/\.?0+$/, ''),
    decode: (stored: unknown) => new Date(`${String(stored).replace(' ', 'T')}Z`),
  }),
  any: Object.freeze({ encode: (value: unknown) => value as string, decode: (stored: unknown) => stored }),
});

/** The texts of enumerated types, by the codec of their columns. */
const enumerated = new WeakMap<CustomCodec, readonly string[]>();

/** A column of a type that this database alone has. */
export function customType(columnType: string, kind: CustomKind = 'text'): ValueType {
  return Object.freeze({ kind: 'custom', codec: CODECS[kind], columnType });
}

/** A column of an enumerated type of the database: texts are cast to it, as `f.enum` does not. */
export function enumType(columnType: string, values: readonly string[]): ValueType {
  const codec: CustomCodec = Object.freeze({ encode: String, decode: String });
  enumerated.set(codec, Object.freeze([...values]));
  return Object.freeze({ kind: 'custom', codec, columnType });
}

/** What the texts of such a column are; undefined for any other. */
export function enumeratedIn(codec: CustomCodec): readonly string[] | undefined {
  return enumerated.get(codec);
}
