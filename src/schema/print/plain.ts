import type { CustomCodec } from '../../core/value-types.ts';

/**
 * The codec of custom columns in migrations, `f.custom({ codec: plain, type: 'point' })`: values pass through as they are. What
 * the application makes of them is nothing to the schema.
 */
export const plain: CustomCodec = Object.freeze({
  encode: (value: unknown) => value as string, // Named cast: what the driver takes is up to whoever gives it.
  decode: (value: unknown) => value,
});
