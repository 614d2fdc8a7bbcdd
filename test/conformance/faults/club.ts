/** A graph of some thirty entities, what is changed of it in one flush, and pictures of both. */
import type { Database, Session } from 'blazeorm';

import { items } from '../../support/pictures.ts';
import { Badge, Match, Note, Player, Score, Skill, Team } from './models.ts';

/** Keys of what is there from the start: beyond those that the database counts up. */
const FIRST = 1_000_000;
const uuid = (n: number): string => `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Everything is taken away, and put back as it was at the start. */
export async function reset(db: Database): Promise<void> {
  await db.transaction(async (session) => {
    await session.sql`UPDATE team SET captain_id = NULL`;
    await session.sql`UPDATE player SET mentor_id = NULL`;
    for (const table of ['note', 'score', 'match', 'badge', 'player_skills', 'skill', 'player', 'team'])
      await session.sql`DELETE FROM ${session.sql.id(table)}`;
    const teams = range(3).map((n) => new Team({ id: FIRST + n, name: `team ${n}` }));
    const skills = range(4).map((n) => new Skill({ id: FIRST + n, name: `skill ${n}` }));
    const players = range(8).map((n) => {
      const player = new Player({ id: FIRST + n, name: `player ${n}`, team: teams[n % 3]! });
      player.skills.add(skills[n % 4]!, skills[(n + 1) % 4]!);
      return player;
    });
    teams.forEach((team, n) => (team.captain = players[n]!));
    players[4]!.mentor = players[0]!;
    const matches = range(3).map((n) => new Match({ key: uuid(n), name: `match ${n}`, home: teams[n]! }));
    const scores = range(6).map((n) => new Score({ match: matches[n % 3]!, player: players[n]!, goals: n }));
    const badges = range(3).map((n) => new Badge({ id: FIRST + n, name: `badge ${n}`, player: players[n + 5]! }));
    session.add(...teams, ...skills, ...players, ...matches, ...scores, ...badges);
  });
}

export interface Club {
  readonly teams: readonly Team[];
  readonly players: readonly Player[];
  readonly skills: readonly Skill[];
  readonly badges: readonly Badge[];
  readonly matches: readonly Match[];
  readonly scores: readonly Score[];
  readonly notes: Note[];
}

/** All of it, with all relations loaded. */
export async function load(session: Session): Promise<Club> {
  return {
    teams: await session.query(Team).orderBy('name').prefetchRelated('players'),
    players: await session.query(Player).orderBy('name').selectRelated('badge').prefetchRelated('skills'),
    skills: await session.query(Skill).orderBy('name').prefetchRelated('players'),
    badges: await session.query(Badge).orderBy('name'),
    matches: await session.query(Match).orderBy('name').prefetchRelated('scores'),
    scores: await session.query(Score).orderBy('matchId', 'playerId'),
    notes: await session.query(Note).orderBy('text'),
  };
}

/** Eleven new ones. */
export function made(): Club {
  const team = new Team({ name: 'new team' });
  const players = range(3).map((n) => new Player({ name: `new player ${n}`, team }));
  team.captain = players[0]!;
  players[1]!.mentor = players[2]!;
  const skills = range(2).map((n) => new Skill({ name: `new skill ${n}` }));
  players[0]!.skills.add(...skills);
  const badges = [new Badge({ name: 'new badge', player: players[1]! })];
  const match = new Match({ key: uuid(9), name: 'new match', home: team });
  const scores = players.map((player, n) => new Score({ match, player, goals: n }));
  return { teams: [team], players, skills, badges, matches: [match], scores, notes: [] };
}

/** Twelve are changed, six deleted, links come and go. */
export function change(session: Session, old: Club, fresh: Club): void {
  const { teams, players, skills, badges, matches, scores } = old;
  session.add(...fresh.teams, ...fresh.badges, ...fresh.matches, ...fresh.scores, ...fresh.skills);
  for (const player of players.slice(0, 5)) player.goals += 10;
  players[5]!.team = teams[0]!;
  players[6]!.mentor = fresh.players[0]!;
  teams[1]!.captain = fresh.players[1]!;
  teams[2]!.name = 'team 2!';
  skills[0]!.name = 'skill 0!';
  for (const score of scores.filter(({ goals }) => goals < 2)) score.goals += 100;
  players[0]!.skills.remove(skills[0]!);
  players[0]!.skills.add(skills[2]!, fresh.skills[0]!);
  skills[3]!.players.add(players[1]!);
  badges[2]!.name = 'badge 2!';
  session.delete(badges[0]!, matches[2]!, ...items(matches[2]!.scores), players[7]!, badges[2]!);
}

/** The same without keys of the database's: what a person would say of it. */
export function contentOf(club: Club): Record<string, unknown> {
  const nameOf = (entity: { readonly name: string } | null): string | null => entity?.name ?? null;
  const namesOf = (entities: readonly { readonly name: string }[]): string[] =>
    entities.map(({ name }) => name).toSorted();
  const sorted = (rows: readonly string[]): string[] => rows.toSorted();
  const text = (...parts: readonly unknown[]): string => JSON.stringify(parts);
  return {
    teams: sorted(
      club.teams.map((team) =>
        text(team.name, team.version, nameOf(team.captain as Player | null), namesOf(items(team.players))),
      ),
    ),
    players: sorted(
      club.players.map((player) =>
        text(
          player.name,
          player.goals,
          player.version,
          nameOf(player.team as Team),
          nameOf(player.mentor as Player | null),
          namesOf(items(player.skills)),
        ),
      ),
    ),
    skills: sorted(club.skills.map((skill) => text(skill.name, namesOf(items(skill.players))))),
    badges: sorted(club.badges.map((badge) => text(badge.name, nameOf(badge.player as Player)))),
    matches: sorted(
      club.matches.map((match) => text(match.key, match.name, nameOf(match.home as Team), items(match.scores).length)),
    ),
    scores: sorted(
      club.scores.map((score) => text(nameOf(score.match as Match), nameOf(score.player as Player), score.goals)),
    ),
    notes: sorted(club.notes.map(({ text: words }) => words)),
  };
}

/** What a session that knows nothing finds. */
export async function stored(db: Database): Promise<Record<string, unknown>> {
  const session = db.session();
  const content = contentOf(await load(session));
  await session.close();
  return content;
}

/** So much of each table, by one statement, that no step of the change leaves it as it was. */
export async function fingerprint(db: Database): Promise<Record<string, string>> {
  const session = db.session();
  const [row] = await session.sql`SELECT
    (SELECT COUNT(*) FROM note) AS notes,
    (SELECT COUNT(*) FROM team) AS teams, (SELECT SUM(version) FROM team) AS team_versions,
    (SELECT SUM(LENGTH(name)) FROM team) AS team_names, (SELECT SUM(captain_id) FROM team) AS captains,
    (SELECT COUNT(*) FROM player) AS players, (SELECT SUM(version) FROM player) AS player_versions,
    (SELECT SUM(goals) FROM player) AS player_goals, (SELECT SUM(team_id) FROM player) AS player_teams,
    (SELECT COUNT(mentor_id) FROM player) AS mentors,
    (SELECT COUNT(*) FROM skill) AS skills, (SELECT SUM(LENGTH(name)) FROM skill) AS skill_names,
    (SELECT COUNT(*) FROM player_skills) AS links, (SELECT SUM(skill_id * (player_id - 999999)) FROM player_skills) AS linked,
    (SELECT COUNT(*) FROM badge) AS badges, (SELECT COUNT(*) FROM ${session.sql.id('match')}) AS matches,
    (SELECT COUNT(*) FROM score) AS scores, (SELECT SUM(goals) FROM score) AS score_goals`;
  await session.close();
  return Object.fromEntries(Object.entries(row!).map(([name, value]) => [name, String(value)]));
}

/** What is in memory of old and new ones, as far as it is in the session's care. */
export function remembered(session: Session, ...clubs: readonly Club[]): Record<string, unknown> {
  const kept = <T extends object>(pick: (club: Club) => readonly T[]): T[] =>
    clubs.flatMap((club) => pick(club).filter((entity) => session.state(entity as never) === 'persistent'));
  return contentOf({
    teams: kept(({ teams }) => teams),
    players: kept(({ players }) => players),
    skills: kept(({ skills }) => skills),
    badges: kept(({ badges }) => badges),
    matches: kept(({ matches }) => matches),
    scores: kept(({ scores }) => scores),
    notes: kept(({ notes }) => notes),
  });
}

/** All but the notes. */
export const entitiesOf = (...clubs: readonly Club[]): object[] =>
  clubs.flatMap(({ notes: _, ...club }) => Object.values(club).flat() as object[]);
