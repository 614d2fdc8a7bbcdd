import { fieldKey } from '../core/keys.ts';
import { EntityCollection } from '../core/collection.ts';
import type { LinkMeta, ModelMeta } from '../core/metadata.ts';
import { isRead, readKey, sidesOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { LinkChange } from './link-change.ts';
import type { FlushStep } from './flush-plan.ts';
import type { Journal } from './journal.ts';
import type { Pending } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

type Values = Record<string, unknown>;

/** After a flush: rows of `through` models that came and went with links are shown in collections, and forgotten. */
export function followLinkRows(
  workspace: Workspace,
  work: Pending,
  journal: Journal,
  steps: readonly FlushStep[],
): void {
  if (work.collections.size === 0) return;
  const made = new Set(steps.flatMap((step) => (step.kind === 'insert' ? step.entities : [])));
  for (const step of steps) {
    if (step.kind === 'insert') {
      for (const entity of step.entities)
        if (!work.added.has(entity)) showOnOtherSides(step.meta, entity, true, journal);
    } else if (step.kind === 'unlink' && !step.link.implicit) {
      forgetRows(workspace, journal, step, made);
    }
  }
}

/** `made`: what has come in their place. */
function forgetRows(
  workspace: Workspace,
  journal: Journal,
  { link, pairs }: { readonly link: LinkMeta; readonly pairs: readonly LinkChange[] },
  made: ReadonlySet<object>,
): void {
  const map = workspace.identityMap.of(link.model);
  const [from, to] = sidesOf(link);
  const gone = new Set(
    pairs.map(({ source, target }) =>
      pairKey(link, readKey(source, from.targetField), readKey(target, to.targetField)),
    ),
  );
  for (const [key, entity] of map) {
    const row = State.row(entity);
    if (
      row === null ||
      made.has(entity) ||
      !isRead(row, link.source) ||
      !isRead(row, link.target) ||
      !gone.has(pairKey(link, readKey(entity, link.source), readKey(entity, link.target)))
    )
      continue;
    journal.touch(link.model, entity);
    showOnOtherSides(link.model, entity, false, journal);
    map.delete(key);
    State.setGroup(entity, null);
  }
}

function pairKey(link: LinkMeta, source: unknown, target: unknown): string {
  return JSON.stringify([String(fieldKey(link.source, source)), String(fieldKey(link.target, target))]);
}

function showOnOtherSides(meta: ModelMeta, entity: object, present: boolean, journal: Journal): void {
  for (const relation of meta.relations) {
    const end = relation.owning && relation.inverse?.many === true ? (entity as Values)[relation.name] : null;
    const collection = State.is(end) ? State.link(end, relation.inverse!.index) : undefined;
    if (!(collection instanceof EntityCollection) || !collection.isLoaded) continue;
    journal.touchCollection(collection);
    if (present) collection.noteAdded(entity);
    else collection.noteRemoved(entity);
    collection.settle(
      present ? { added: new Set([entity]), removed: NONE } : { added: NONE, removed: new Set([entity]) },
    );
  }
}

const NONE: ReadonlySet<object> = new Set();
