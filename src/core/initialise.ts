import { InvalidValueError, UnknownFieldError } from '../utils/errors.ts';
import { canCompile, compileFunction, quoted } from '../utils/codegen.ts';
import { suggest } from '../utils/naming.ts';
import { assignRelation } from './accessors.ts';
import { checkKey, sameKey } from './keys.ts';
import { keyName, writeKey } from './relation-keys.ts';
import type { EmbeddedMeta, FieldMeta, ModelMeta, RelationMeta } from './metadata.ts';
import { State } from './state.ts';
import { describe } from './value-types.ts';

type Values = Record<string, unknown>;
type Initialise = (entity: Values, init: Values) => void;

/** One attribute of a new entity: takes its value out of `init`, or the default. */
interface Step {
  readonly attribute: string;
  /** Key of `init`; undefined for what is never given. */
  readonly key: string;
  /** Value where none is given, if it is the same for all and `run` would do no more than use it. */
  readonly constant?: { readonly value: unknown; readonly relation: boolean };
  readonly run: Initialise;
}

const initialisers = new WeakMap<ModelMeta, Initialise>();

/**
 * Fill a new entity, attribute by attribute in the order of the definition, so that all entities of a model share one
 * hidden class.
 *
 * @throws UnknownFieldError for a key that the model does not have; inherited keys count too.
 */
export function initialise(meta: ModelMeta, entity: object, init: Readonly<Record<string, unknown>>): void {
  if (typeof init !== 'object' || init === null || Array.isArray(init)) {
    throw new InvalidValueError(`new ${meta.name}() takes an object of field values, not ${describe(init)}.`, {
      model: meta.name,
    });
  }
  let initialiser = initialisers.get(meta);
  if (initialiser === undefined) initialisers.set(meta, (initialiser = createInitialiser(meta)));
  initialiser(entity as Values, init);
}

function unknownKey(meta: ModelMeta, name: string, names: ReadonlySet<string>): UnknownFieldError {
  const relation = meta.fieldByName.get(name)?.relation ?? meta.relationByName.get(name);
  const remedy =
    relation === undefined
      ? name === meta.inheritance?.discriminator.name
        ? `The class says it: every ${meta.name} has '${meta.inheritance.value}'.`
        : suggest(name, names)
      : relation.owning
        ? `Give the relation instead: { ${relation.name}: … } takes an instance, a reference or a key.`
        : `A collection is filled after construction: ${relation.name}.add(…).`;
  return new UnknownFieldError(`new ${meta.name}() was given '${name}', which it does not take.`, {
    model: meta.name,
    field: name,
    remedy,
  });
}

/** What stands in `Object.prototype`, or was put there from JSON, is nobody's input. */
function inheritedKey(meta: ModelMeta, name: string): InvalidValueError {
  return new InvalidValueError(`new ${meta.name}() was given '${name}' by a prototype, and takes values of its own.`, {
    model: meta.name,
    field: name,
    remedy: 'Give a plain object: { ...values }.',
  });
}

/** How keys are refused: those that a model does not have, and those that an object does not have itself. */
interface Refusals {
  readonly refuse: (name: string) => never;
  readonly inherited: (name: string) => never;
}

function createInitialiser(meta: ModelMeta): Initialise {
  if (meta.inheritance !== undefined && meta.inheritance.value === undefined) return () => refuseAbstract(meta);
  const steps: Step[] = [];
  const names = new Set<string>();
  for (const field of meta.fields) {
    const step = stepOf(meta, field);
    if (step === undefined) continue;
    steps.push(step);
    if (field.generatedAs === undefined && field !== meta.inheritance?.discriminator) names.add(step.key);
  }
  // Last, when the fields that they name are there.
  for (const relation of meta.relations) {
    if (!relation.owning || relation.sourceField.parts === undefined) continue;
    steps.push(compositeStep(relation, relation.sourceField.parts));
    names.add(relation.name);
  }
  const refusals: Refusals = {
    refuse: (name) => {
      throw unknownKey(meta, name, names);
    },
    inherited: (name) => {
      throw inheritedKey(meta, name);
    },
  };
  return canCompile ? generate(steps, names, refusals) : interpret(steps, names, refusals);
}

/** @throws InvalidValueError for a model of which there are only subclasses. */
function refuseAbstract({ name, inheritance }: ModelMeta): never {
  const names = [...inheritance!.variants.values()].map(({ meta }) => `new ${meta.name}()`);
  throw new InvalidValueError(`new ${name}() makes nothing that its discriminator has a value for.`, {
    model: name,
    field: inheritance!.discriminator.name,
    remedy: `Use ${names.join(' or ')}, or give ${name} a { discriminatorValue: … }.`,
  });
}

/** The step of a field; parts of an embedded value have one together. */
function stepOf(meta: ModelMeta, field: FieldMeta): Step | undefined {
  if (field.relation !== undefined && field.relation.model === meta) return relationStep(field.relation, field);
  if (field.path.length === 1) return columnStep(field);
  const embedded = meta.embeddedByName.get(field.path[0]!)!;
  return embedded.fields[0] === field ? embeddedStep(meta, embedded) : undefined;
}

/** All attributes in one function, their names and constant defaults written in. */
function generate(steps: readonly Step[], names: ReadonlySet<string>, { refuse, inherited }: Refusals): Initialise {
  // The engine knows this call in a loop over names, and pays nothing for it.
  const scope: Record<string, unknown> = { refuse, inherited, own: Reflect.get(Object.prototype, 'hasOwnProperty') };
  const lines = steps.map(({ attribute, key, constant, run }, i) => {
    scope[`run${i}`] = run;
    if (constant === undefined) return `run${i}(e, i);`;
    scope[`c${i}`] = constant.value;
    const plain = `e[${quoted(attribute)}] = v === undefined ? c${i} : v;`;
    const take = `v = i[${quoted(key)}];`;
    return constant.relation
      ? `${take} if (typeof v === 'object' && v !== null) run${i}(e, i); else ${plain}`
      : `${take} ${plain}`;
  });
  const cases = [...names].map((name) => `case ${quoted(name)}:`).join(' ');
  return compileFunction(
    scope,
    `return function (e, i) {
    for (const k in i) switch (k) { ${cases} if (!own.call(i, k)) inherited(k); break; default: refuse(k); }
    let v;
    ${lines.join('\n')}
  };`,
  );
}

function interpret(steps: readonly Step[], names: ReadonlySet<string>, { refuse, inherited }: Refusals): Initialise {
  return (entity, init) => {
    for (const name in init)
      if (!names.has(name)) refuse(name);
      else if (!Object.hasOwn(init, name)) inherited(name);
    for (const step of steps) step.run(entity, init);
  };
}

function columnStep(field: FieldMeta): Step {
  const { name, model } = field;
  const { inheritance } = model;
  const initial = inheritance?.discriminator === field ? inheritance.value : defaultOf(field);
  if (typeof initial === 'function') {
    return {
      attribute: name,
      key: name,
      run: (entity, init) => {
        const value = init[name];
        entity[name] = value === undefined ? initial() : value;
      },
    };
  }
  return {
    attribute: name,
    key: name,
    constant: { value: initial, relation: false },
    run: (entity, init) => {
      const value = init[name];
      entity[name] = value === undefined ? initial : value;
    },
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
  const attribute = field.name;
  const initial = defaultOf(field);
  return {
    attribute,
    key: name,
    ...(typeof initial === 'function' ? {} : { constant: { value: initial, relation: true } }),
    run: (entity, init) => {
      const value = init[name];
      if (State.is(value)) {
        entity[attribute] = undefined;
        assignRelation(entity, relation, value);
      } else {
        entity[attribute] = value === undefined ? (typeof initial === 'function' ? initial() : initial) : value;
      }
    },
  };
}

/** A relation that names its fields: it sets them, so what else was given for one of them has to be the same. */
function compositeStep(relation: RelationMeta, parts: readonly FieldMeta[]): Step {
  const { model, name, sourceField, target } = relation;
  // What sets a field before this relation does: what the field itself is given by, and relations that share it.
  const others = parts.map((part) => [
    part.relation?.name ?? part.name,
    ...model.relations
      .slice(0, model.relations.indexOf(relation))
      .filter((other) => other.owning && other.sourceField.parts?.includes(part) === true)
      .map((other) => other.name),
  ]);
  return {
    attribute: name,
    key: name,
    run: (entity, init) => {
      const value = init[name];
      if (value === undefined) return;
      const rivals = others.map((names) => names.find((other) => init[other] !== undefined));
      const given = parts.map((part, i) => (rivals[i] === undefined ? undefined : entity[part.name]));
      if (Array.isArray(value)) writeKey(entity, sourceField, checkKey(target, value));
      else assignRelation(entity, relation, value);
      parts.forEach((part, i) => {
        const now = entity[part.name];
        if (given[i] === undefined || now === undefined || sameKey(part, given[i], now)) return;
        throw new InvalidValueError(
          `new ${model.name}() was given '${name}' and '${rivals[i]!}', and they have different values of ${part.name}.`,
          { model: model.name, field: name, remedy: `'${name}' alone sets ${keyName(sourceField)}.` },
        );
      });
    },
  };
}

function embeddedStep(meta: ModelMeta, embedded: EmbeddedMeta): Step {
  const { name } = embedded;
  const known = new Set(embedded.fields.map((field) => field.path[1]!));
  const run: Initialise = (entity, init) => {
    const given = init[name];
    if (given === undefined || given === null) {
      entity[name] = embedded.nullable ? null : buildEmbedded(embedded, {});
      return;
    }
    if (typeof given !== 'object')
      throw new InvalidValueError(`${meta.name}.${name} takes an object, not ${describe(given)}.`, {
        model: meta.name,
        field: name,
      });
    for (const part in given) {
      if (!known.has(part))
        throw new UnknownFieldError(`${meta.name}.${name} has no part '${part}'.`, {
          model: meta.name,
          field: `${name}.${part}`,
          remedy: suggest(part, known),
        });
    }
    entity[name] = buildEmbedded(embedded, given as Values);
  };
  return { attribute: name, key: name, run };
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
