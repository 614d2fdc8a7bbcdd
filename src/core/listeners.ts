import type { EntityEvent, EntityHook, SessionEvent, SessionHook } from './types/index.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { describe } from './value-types.ts';

type Listener = EntityHook<object>;

const ENTITY_EVENTS: readonly EntityEvent[] = [
  'beforeValidate',
  'afterValidate',
  'beforeSave',
  'afterSave',
  'beforeDelete',
  'afterDelete',
  'afterLoad',
  'afterCommit',
  'afterRollback',
];
const SESSION_EVENTS: readonly SessionEvent[] = ['beforeFlush', 'afterFlush', 'afterCommit', 'afterRollback'];

/** Callbacks by the class that they were given to: that of a model, one that models extend, or the root of all. */
const byClass = new WeakMap<object, Map<EntityEvent, Listener[]>>();
const ofSessions = new Map<SessionEvent, SessionHook[]>();
/** How many there are by event: a session that finds none looks no further. */
const counts = new Map<EntityEvent | SessionEvent, number>();
let aboutWrites = 0;
/** What was found for classes since the last change. */
let found = new WeakMap<object, Map<EntityEvent, readonly Listener[]>>();

/** Whether anybody listens to an event at all. */
export function isHeard(event: EntityEvent | SessionEvent): boolean {
  return (counts.get(event) ?? 0) > 0;
}

/** Whether anybody listens to what is written, rather than to what is read. */
export function areWritesHeard(): boolean {
  return aboutWrites > 0;
}

/** Whether an event is one of sessions where nothing else is said: `afterCommit` is of entities as well. */
export function isOfSessions(event: string): event is SessionEvent {
  return SESSION_EVENTS.includes(event as SessionEvent); // Named cast: to look it up.
}

/** Call `listener` at an event of entities of a class and of what extends it. Gives what takes it back. */
export function listen(modelClass: object, event: EntityEvent, listener: unknown): () => void {
  checkListener(event, listener, ENTITY_EVENTS);
  let events = byClass.get(modelClass);
  if (events === undefined) byClass.set(modelClass, (events = new Map()));
  return add(events, event, listener as Listener);
}

/** The same at an event of any session. */
export function listenToSessions(event: SessionEvent, listener: unknown): () => void {
  checkListener(event, listener, SESSION_EVENTS);
  return add(ofSessions, event, listener as SessionHook);
}

/** Those of a class at an event: what was given to the classes that it extends comes first, each in its order. */
export function listenersOf(modelClass: object, event: EntityEvent): readonly Listener[] {
  let events = found.get(modelClass);
  if (events === undefined) found.set(modelClass, (events = new Map()));
  let listeners = events.get(event);
  if (listeners === undefined) events.set(event, (listeners = findListeners(modelClass, event)));
  return listeners;
}

function findListeners(modelClass: object, event: EntityEvent): readonly Listener[] {
  const listeners: Listener[] = [];
  for (let at: object | null = modelClass; at !== null; at = Object.getPrototypeOf(at) as object | null)
    listeners.unshift(...(byClass.get(at)?.get(event) ?? []));
  return listeners;
}

export function sessionListeners(event: SessionEvent): readonly SessionHook[] {
  return ofSessions.get(event) ?? [];
}

/** Lists are replaced, never changed: one that is being called stays as it was. */
function add<E extends EntityEvent | SessionEvent, L>(events: Map<E, L[]>, event: E, listener: L): () => void {
  events.set(event, [...(events.get(event) ?? []), listener]);
  count(event, 1);
  let there = true;
  return () => {
    if (!there) return;
    there = false;
    const rest = [...events.get(event)!];
    rest.splice(rest.indexOf(listener), 1);
    events.set(event, rest);
    count(event, -1);
  };
}

function count(event: EntityEvent | SessionEvent, more: number): void {
  counts.set(event, (counts.get(event) ?? 0) + more);
  if (event !== 'afterLoad') aboutWrites += more;
  found = new WeakMap();
}

function checkListener(event: string, listener: unknown, events: readonly string[]): void {
  if (!events.includes(event))
    throw new InvalidQueryError(`There is no event '${String(event)}' to listen to here.`, {
      remedy: suggest(String(event), [...events]),
    });
  if (typeof listener !== 'function')
    throw new InvalidQueryError(`on('${event}', …) takes a function, not ${describe(listener)}.`);
}
