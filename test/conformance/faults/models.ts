/** A club: every kind of relation, a circle of keys, versions, keys of the database's and given ones. */
import { f, model } from 'blazeorm';

const name = () => f.string({ maxLength: 40, unique: true });

export class Team extends model('team', {
  id: f.auto(),
  name: name(),
  version: f.version(),
  captain: f.foreignKey(() => Player, { nullable: true }),
  players: f.reverse(() => Player, 'team'),
}) {}

export class Player extends model('player', {
  id: f.auto(),
  name: name(),
  goals: f.int({ default: 0 }),
  savedAt: f.datetime({ autoNow: true }),
  version: f.version(),
  team: f.foreignKey(() => Team),
  mentor: f.foreignKey(() => Player, { nullable: true }),
  skills: f.manyToMany(() => Skill),
  badge: f.reverseOne(() => Badge, 'player'),
}) {}

export class Skill extends model('skill', { id: f.auto(), name: name(), players: f.reverse(() => Player, 'skills') }) {}

export class Badge extends model('badge', { id: f.auto(), name: name(), player: f.oneToOne(() => Player) }) {}

export class Match extends model('match', {
  key: f.uuid({ primaryKey: true }),
  name: name(),
  home: f.foreignKey(() => Team),
  scores: f.reverse(() => Score, 'match'),
}) {}

export class Score extends model(
  'score',
  { match: f.foreignKey(() => Match), player: f.foreignKey(() => Player), goals: f.int() },
  { primaryKey: ['match', 'player'] },
) {}

/** What hooks and transactions write beside the rest. */
export class Note extends model('note', { id: f.auto(), text: f.string() }) {}

export const models = [Team, Player, Skill, Badge, Match, Score, Note] as const;
