import { InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { assignRelation } from './accessors.ts';
import type { EmbeddedMeta, FieldMeta, ModelMeta, RelationMeta } from './metadata.ts';
import { State } from './state.ts';
import { describe } from './value-types.ts';

type Values = Record<string, unknown>;
/** One attribute of a new entity: takes its value out of `init`, or the default. */
type Step = (entity: Values, init: Values) => void;

interface Initialiser {
  readonly names: ReadonlySet<string>;
  readonly steps: readonly Step[];
}

const initialisers = new WeakMap<ModelMeta, Initialiser>();

/**
 * Fill a new entity, attribute by attribute in the order of the definition, so that all entities of a model share one
 * hidden class.
 *
 * @throws UnknownFieldError for a key that the model does not have; inherited keys count too.
 */
export function initialise(meta: ModelMeta, entity: object, init: Readonly<Record<string, unknown>>): void {
  if (typeof init !== 'object' || init === null || Array.isArray(init)) {
    throw new InvalidValueError(`new ${meta.name}() takes an object of field values, not ${describe(init)}.`, { model: meta.name });
  }
  let initialiser = initialisers.get(meta);
  if (initialiser === undefined) initialisers.set(meta, (initialiser = createInitialiser(meta)));
  for (const name in init) if (!initialiser.names.has(name)) throw unknownKey(meta, name, initialiser.names);
  const { steps } = initialiser;
  for (let i = 0; i < steps.length; i++) steps[i]!(entity as Values, init);
}

function unknownKey(meta: ModelMeta, name: string, names: ReadonlySet<string>): UnknownFieldError {
  const relation = meta.fieldByName.get(name)?.relation ?? meta.relationByName.get(name);
  const remedy = relation === undefined
    ? suggest(name, names)
    : relation.owning
      ? `Give the relation instead: { ${relation.name}: … } takes an instance, a reference or a key.`
      : `A collection is filled after construction: ${relation.name}.add(…).`;
  return new UnknownFieldError(`new ${meta.name}() was given '${name}', which it does not take.`, { model: meta.name, field: name, remedy });
}

function createInitialiser(meta: ModelMeta): Initialiser {
  const names = new Set<string>();
  const steps: Step[] = [];
  for (const field of meta.fields) {
    if (field.relation !== undefined && field.relation.model === meta) {
      names.add(field.relation.name);
      steps.push(relationStep(field.relation, field));
    } else if (field.path.length === 1) {
      if (field.generatedAs === undefined) names.add(field.name);
      steps.push(columnStep(field));
    } else if (!names.has(field.path[0]!)) {
      names.add(field.path[0]!);
      steps.push(embeddedStep(meta, meta.embeddedByName.get(field.path[0]!)!));
    }
  }
  return { names, steps };
}

function columnStep(field: FieldMeta): Step {
  const { name } = field;
  const initial = defaultOf(field);
  if (typeof initial === 'function') {
    return (entity, init) => {
      const value = init[name];
      entity[name] = value === undefined ? initial() : value;
    };
  }
  return (entity, init) => {
    const value = init[name];
    entity[name] = value === undefined ? initial : value;
  };
}

/** What an attribute is when nothing was given: its default, null where NULL may stand and nothing fills it, or undefined. */
function defaultOf(field: FieldMeta): unknown {
  const value = field.default;
  if (typeof value === 'object' && value !== null) return () => structuredClone(value);
  if (value !== undefined) return value;
  if (field.generation === 'version') return 1;
  return field.nullable && field.generation === undefined ? null : undefined;
}

function relationStep(relation: RelationMeta, field: FieldMeta): Step {
  const { name } = relation;
  const key = field.name;
  const initial = defaultOf(field);
  return (entity, init) => {
    const value = init[name];
    if (typeof value === 'object' && value !== null && State.is(value)) {
      entity[key] = undefined;
      assignRelation(entity, relation, value);
    } else {
      entity[key] = value === undefined ? (typeof initial === 'function' ? initial() : initial) : value;
    }
  };
}

function embeddedStep(meta: ModelMeta, embedded: EmbeddedMeta): Step {
  const { name } = embedded;
  const known = new Set(embedded.fields.map((field) => field.path[1]!));
  return (entity, init) => {
    const given = init[name];
    if (given === undefined || given === null) {
      entity[name] = embedded.nullable ? null : buildEmbedded(embedded, {});
      return;
    }
    if (typeof given !== 'object') throw new InvalidValueError(`${meta.name}.${name} takes an object, not ${describe(given)}.`, { model: meta.name, field: name });
    for (const part in given) {
      if (!known.has(part)) throw new UnknownFieldError(`${meta.name}.${name} has no part '${part}'.`, { model: meta.name, field: `${name}.${part}`, remedy: suggest(part, known) });
    }
    entity[name] = buildEmbedded(embedded, given as Values);
  };
}

function buildEmbedded(embedded: EmbeddedMeta, given: Values): Values {
  const value: Values = {};
  for (const field of embedded.fields) {
    const part = field.path[1]!;
    const initial = defaultOf(field);
    value[part] = given[part] ?? (typeof initial === 'function' ? (initial as () => unknown)() : initial);
  }
  return value;
}
