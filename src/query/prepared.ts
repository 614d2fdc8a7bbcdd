import { metaOf } from '../core/registry.ts';
import type { ModelClassValue, ModelMeta } from '../core/metadata.ts';
import type { PrepareFunction } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, MultipleResultsError, NotFoundError } from '../utils/errors.ts';
import { Placeholder } from './placeholder.ts';
import { ModelQuerySet } from './queryset.ts';
import type { PreparedRequest, QueryRunner } from './runner.ts';
import { ModelValuesSet } from './values-set.ts';

type Given = Readonly<Record<string, unknown>>;
type Build = (query: ModelQuerySet, parameters: object) => unknown;

/** What the callback gave. */
interface Built {
  readonly request: PreparedRequest;
  readonly shaped: (rows: unknown[][]) => unknown[];
}

/**
 * A query whose values are named, and given each time that it runs. Built once; but where models with scopes can be reached from
 * its own, for each run, since sessions see other rows of them.
 */
class PreparedQuery {
  readonly #model: ModelClassValue;
  readonly #build: Build;
  #shared: Built | undefined;

  constructor(model: ModelClassValue, build: Build) {
    this.#model = model;
    this.#build = build;
  }

  async all(session: Queryable, given: Given = {}): Promise<unknown[]> {
    const { runner, built } = this.#for(session);
    const values = checkedObject(this.#meta, given);
    if (built.request.state.empty) return [];
    const found = await runner.prepared(built.request, values);
    return built.request.kind === 'values' ? built.shaped(found as unknown[][]) : found;
  }

  async first(session: Queryable, given: Given = {}): Promise<unknown> {
    return (await this.all(session, given))[0] ?? null;
  }

  async one(session: Queryable, given: Given = {}): Promise<unknown> {
    const { name } = this.#meta;
    const found = await this.all(session, given);
    if (found.length === 1) return found[0];
    if (found.length === 0) throw new NotFoundError(`No ${name} matches the query.`, { model: name });
    throw new MultipleResultsError(`More than one ${name} matches the query.`, {
      model: name,
      remedy: 'Filter by something unique, or use first().',
    });
  }

  get #meta(): ModelMeta {
    return metaOf(this.#model);
  }

  #for(session: Queryable): { readonly runner: QueryRunner; readonly built: Built } {
    const start = session.query(this.#model);
    const { runner } = ModelQuerySet.parts(start);
    if (this.#shared !== undefined) return { runner, built: this.#shared };
    const built = this.#buildFrom(start);
    if (!reachesScopes(this.#meta)) this.#shared = built;
    return { runner, built };
  }

  #buildFrom(start: ModelQuerySet): Built {
    const query = this.#build(start, parameters());
    if (query instanceof ModelQuerySet) {
      const { state } = ModelQuerySet.parts(query);
      return { request: { kind: 'entities', state }, shaped: (rows) => rows };
    }
    if (query instanceof ModelValuesSet) return ModelValuesSet.parts(query);
    throw new InvalidQueryError(
      `prepare() of ${this.#meta.name} takes a callback that gives a query, not ${describe(query)}.`,
      {
        model: this.#meta.name,
        remedy: 'Return the query itself, without await and without first() or one().',
      },
    );
  }
}

/** What a session has to offer for this. */
interface Queryable {
  query(model: ModelClassValue): ModelQuerySet;
}

function reachesScopes(meta: ModelMeta): boolean {
  const reached = new Set([meta]);
  for (const { scopes, relations } of reached) {
    if (scopes.length > 0) return true;
    for (const { target, link } of relations) reached.add(target).add(link?.model ?? target);
  }
  return false;
}

/** Every name is a parameter. */
function parameters(): object {
  return new Proxy(Object.freeze({}), {
    get: (_, name) => (typeof name === 'string' ? new Placeholder(name) : undefined),
  });
}

function checkedObject({ name: model }: ModelMeta, given: unknown): Given {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Given;
  throw new InvalidQueryError(
    `A prepared query of ${model} takes an object of its parameters, not ${describe(given)}.`,
    {
      model,
    },
  );
}

/** See `PrepareFunction`. */
export const prepare = ((model: ModelClassValue, build: Build) =>
  new PreparedQuery(model, build)) as unknown as PrepareFunction; // Named cast: models' types exist for the compiler only.
