import type { Schema, ViewSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Operation } from './operations/operation.ts';
import { findView } from './state.ts';

type DropView = Extract<Operation, { kind: 'dropView' }>;
type CreateView = Extract<Operation, { kind: 'createView' }>;

/**
 * Views that go before anything else: those that are not wanted any more, or not as they are, and those that read what changes, also
 * by way of others. Most databases refuse to alter what a view reads.
 *
 * @param changes What is done to tables meanwhile.
 */
export function droppedViews(from: Schema, to: Schema, dialect: Dialect, changes: readonly Operation[]): DropView[] {
  const textOf = ({ sql }: ViewSchema): string => (typeof sql === 'string' ? sql : (sql[dialect.id] ?? ''));
  const touched = new Set(changes.flatMap(touchedBy));
  const going = new Set<ViewSchema>();
  const goes = (view: ViewSchema): boolean => {
    if (going.has(view)) return false;
    const wanted = findView(to, view);
    const text = textOf(view);
    if (wanted !== undefined && textOf(wanted) === text && ![...touched].some((name) => text.includes(name)))
      return false;
    going.add(view);
    touched.add(view.name);
    return true;
  };
  while (from.views.some(goes));
  return from.views
    .filter((view) => going.has(view))
    .toReversed()
    .map(({ schema, name }) => ({ kind: 'dropView', view: { schema, name } }));
}

/** Views that come when all else is done. */
export function createdViews(from: Schema, to: Schema, dropped: readonly DropView[]): CreateView[] {
  const there = from.views.filter(
    (view) => !dropped.some(({ view: { schema, name } }) => schema === view.schema && name === view.name),
  );
  return to.views
    .filter((view) => findView({ ...from, views: there }, view) === undefined)
    .map((view) => ({ kind: 'createView', view }));
}

/** The names of tables that a view must not read meanwhile. */
function touchedBy(operation: Operation): string[] {
  switch (operation.kind) {
    case 'renameTable':
      return [operation.table.name, operation.to];
    case 'dropTable':
    case 'renameColumn':
    case 'alterColumn':
    case 'dropColumn':
    case 'alterPrimaryKey':
      return [operation.table.name];
    default:
      return [];
  }
}
