import { BlazeError, CodecError } from '../../utils/errors.ts';
import type { CustomCodec, ValueType } from '../value-types.ts';

/** A type whose codec, wherever it is used, says of which field it failed. */
export function withNamedCodec(type: ValueType, model: string, field: string): ValueType {
  if (type.kind === 'array') return { kind: 'array', of: withNamedCodec(type.of, model, field) };
  return type.kind === 'custom' ? { ...type, codec: named(type.codec, model, field) } : type;
}

/** @throws CodecError with the codec's own error for its cause: what that says may hold a value. */
function named(codec: CustomCodec, model: string, field: string): CustomCodec {
  const failed = (doing: string, cause?: unknown): CodecError =>
    new CodecError(`The codec of ${model}.${field} failed to ${doing} a value.`, { model, field, cause });
  return {
    encode(value) {
      const stored = attempt(
        () => codec.encode(value),
        (cause) => failed('encode', cause),
      );
      if (stored === undefined) throw failed('encode');
      return stored;
    },
    decode: (stored) =>
      attempt(
        () => codec.decode(stored),
        (cause) => failed('decode', cause),
      ),
  };
}

function attempt<T>(run: () => T, name: (cause: unknown) => Error): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof BlazeError ? error : name(error);
  }
}
