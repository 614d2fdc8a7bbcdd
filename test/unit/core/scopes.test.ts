import { describe, expect, it } from 'vitest';

import { check, DefinitionError, f, index, model, Registry, scope, sql, subModel, unique } from 'blazeorm';
import type { ModelMeta } from 'blazeorm';

import { models } from '../../support/models.ts';
import { Note, Person } from '../../../src/testing/support/scoped-models.ts';

/** A call as it comes from JavaScript: the compiler refuses it. */
const anyhow = scope as unknown as (...args: unknown[]) => unknown;

describe('scope()', () => {
  const condition = (): unknown => undefined;

  it.each([
    [[], 'takes a callback: scope((p, tenantId: number) => p.tenantId.eq(tenantId)).'],
    [[condition], "takes a callback about the model's columns, and this one has no parameter."],
    [
      [(_: unknown) => condition(), { required: true }],
      'is required only for the sake of a value: give its callback a second parameter.',
    ],
    [
      [(_: unknown, v: unknown) => v, { required: true, default: false }],
      'cannot be both required and not in force by default.',
    ],
    [[(_: unknown) => condition(), { defalt: false }], "has no option 'defalt'. Did you mean 'default'?"],
    [[(_: unknown) => condition(), { check: 1 }], "takes true or false for 'check'."],
  ])('M12: refuses what makes no sense: %#', (args, message) => {
    expect(() => anyhow(...args)).toThrow(
      expect.objectContaining({ name: 'DefinitionError', message: `scope() ${message}` }) as Error,
    );
  });

  it('M12: M13: what it is of a model is in the metadata, frozen', () => {
    expect(Note.meta.scopes.map(({ condition: _, ...rest }) => rest)).toEqual([
      { name: 'tenant', default: true, takesValue: true, required: true, check: true },
      { name: 'alive', default: true, takesValue: false, required: false, check: false },
      { name: 'popular', default: false, takesValue: false, required: false, check: false },
      { name: 'seen', default: false, takesValue: true, required: false, check: false },
    ]);
    expect(thawed(Note.meta)).toEqual([]);
    expect([Note.meta.restricted, Person.meta.restricted]).toEqual([true, true]);
    expect(new Registry(models).models.filter(({ restricted }) => restricted)).toEqual([]);
  });

  it('M12: a scope that is none, and all that a view cannot have, are among the problems of a model', () => {
    const id = f.int({ primaryKey: true });
    const view = sql`SELECT 1 AS id`;
    const options = {
      scopes: { alive: 'deleted_at IS NULL', made: { kind: 'index', condition: () => true } },
      view,
      readOnly: false,
      indexes: [index('id')],
      constraints: [unique('id'), check('x', () => sql<boolean>`true`)],
    };
    class Wrong extends model('wrong', { id }, options as never) {}
    class Vague extends model('vague', { id }, { view: 'SELECT 1', readOnly: 1 } as never) {}
    expect(problemsOf(() => new Registry([Wrong, Vague]))).toEqual([
      "Wrong: the scope 'alive' is a callback, or made by scope().",
      "Wrong: the scope 'made' is a callback, or made by scope().",
      'Wrong is a view, which cannot be written: take readOnly: false away.',
      'Wrong is a view, which has no indexes and constraints: declare them where its tables are.',
      'Vague: readOnly is true or false.',
      'Vague: the view is a callback, as in (query) => query(Post).values(…), sql`…`, or true.',
    ]);
  });
});

describe('metadata', () => {
  it('M13: of every model is frozen, down to its fields, relations, indexes, maps and options', () => {
    expect([...new Registry(models).models, ...new Registry([Note]).models].flatMap(thawed)).toEqual([]);
    const { fieldByName } = Note.meta;
    expect(() => (fieldByName as Map<string, unknown>).set('x', 1)).toThrow(
      new TypeError('The metadata of Note is frozen.'),
    );
    expect(() => Object.assign(Note.meta, { table: 'x' })).toThrow(TypeError);
  });
});

/** Paths of what in the metadata of a model is not frozen; models that it leads to are looked at for themselves. */
function thawed(meta: ModelMeta): string[] {
  const seen = new Set<unknown>();
  const found: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value !== meta && 'fieldByName' in value) return;
    if (!Object.isFrozen(value)) found.push(path);
    for (const [name, part] of value instanceof Map ? value : Object.entries(value))
      // What the application gave is its own: defaults, validators, codecs, and the values of a partial index.
      if (name !== 'default' && name !== 'where' && name !== 'codec' && !path.endsWith('.validators'))
        look(part, `${path}.${String(name)}`);
  };
  look(meta, meta.name);
  return found;
}

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}

describe('classes that share a table', () => {
  it('M11: M12: have the scopes of their root', () => {
    class Animal extends model(
      'animal',
      { id: f.auto(), kind: f.string({ maxLength: 10 }), gone: f.bool() },
      {
        discriminator: 'kind',
        discriminatorValue: 'animal',
        subclasses: () => [Dog],
        scopes: { here: (a) => a.gone.eq(false) },
      },
    ) {}
    class Dog extends subModel(Animal, 'dog', {}) {}
    expect(Dog.meta.scopes.map(({ name }) => name)).toEqual(['here']);
    expect(Dog.meta.restricted).toBe(true);
  });
});
