import { describe, expect, it } from 'vitest';

import * as blaze from 'blazeorm';

type ErrorClass = new (message: string, details?: blaze.ErrorDetails) => blaze.BlazeError;

const classes = (Object.values(blaze) as unknown[]).filter(
  (value): value is ErrorClass =>
    typeof value === 'function' && (value === blaze.BlazeError || value.prototype instanceof blaze.BlazeError),
);
const make = (Class: ErrorClass, details?: blaze.ErrorDetails): blaze.BlazeError =>
  new Class((Class as unknown) === blaze.DefinitionError ? (['text'] as unknown as string) : 'text', details);

describe('errors', () => {
  it('every class has a code of its own, its own name, and one root', () => {
    expect(classes.length).toBeGreaterThan(20);
    const codes = classes.map((Class) => make(Class).code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const Class of classes) {
      const error = make(Class);
      expect(error).toBeInstanceOf(blaze.BlazeError);
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe(Class.name);
      expect(error.code).toMatch(/^E_[A-Z_]+$/);
      expect(String(error)).toBe(`${Class.name}: text`);
    }
  });

  it('carry what they were given and nothing that is empty', () => {
    for (const Class of classes) {
      const own = Object.keys(make(Class, { model: undefined, field: undefined, cause: undefined }));
      expect(own.filter((key) => key !== 'problems' && key !== 'errors')).toEqual(['code']);
      expect(Object.hasOwn(make(Class, { cause: undefined }), 'cause')).toBe(false);
    }
    const cause = new Error('below');
    const error = new blaze.UniqueViolationError('Twice.', {
      model: 'Post',
      field: 'title',
      fields: ['title'],
      constraint: 'post_title_key',
      remedy: 'Choose another.',
      sql: 'INSERT',
      cause,
    });
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      code: 'E_UNIQUE_VIOLATION',
      model: 'Post',
      field: 'title',
      fields: ['title'],
      constraint: 'post_title_key',
      remedy: 'Choose another.',
      sql: 'INSERT',
    });
    expect([error.message, error.cause]).toEqual(['Twice. Choose another.', cause]);
  });

  it('stand in one hierarchy', () => {
    const error = new blaze.UniqueViolationError('x');
    expect([error instanceof blaze.IntegrityError, error instanceof blaze.DatabaseError]).toEqual([true, true]);
    expect(new blaze.AcquireTimeoutError('x')).toBeInstanceOf(blaze.ConnectionError);
    expect(new blaze.LockTimeoutError('x')).toBeInstanceOf(blaze.DatabaseError);
    expect(new blaze.DefinitionError(['a', 'b']).message).toBe('2 problems in the models:\n  - a\n  - b');
    expect(new blaze.DefinitionError(['a']).message).toBe('a');
  });
});
