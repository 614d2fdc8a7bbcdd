import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { items, rowsOf } from '../../support/pictures.ts';

class Player extends model('player', {
  id: f.auto(),
  name: f.string(),
  teams: f.manyToMany(() => Team, { through: () => Contract }),
  contracts: f.reverse(() => Contract, 'player'),
}) {}
class Team extends model('team', { id: f.auto(), name: f.string(), players: f.reverse(() => Player, 'teams') }) {}
class Contract extends model('contract', {
  id: f.auto(),
  player: f.foreignKey(() => Player, { onDelete: 'cascade' }),
  team: f.foreignKey(() => Team, { onDelete: 'cascade' }),
  number: f.int({ default: 0 }),
}) {}

let db: Database;
let session: Session;
let ann: Player;
let reds: Team;
let blues: Team;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Player] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await session?.close();
  await db.dropAll({ confirm: true });
  await db.createAll();
  await db.transaction((seed) =>
    seed.addAll([new Player({ name: 'Ann' }), new Team({ name: 'Reds' }), new Team({ name: 'Blues' })]),
  );
  session = db.session();
  ann = await session.query(Player).prefetchRelated('teams', 'contracts').one();
  [reds, blues] = (await session.query(Team).orderBy('id').prefetchRelated('players')) as unknown as [Team, Team];
});

const contracts = async (): Promise<unknown[]> =>
  ((await rowsOf(db))['contract'] ?? []).map((row) => [row['id'], row['player_id'], row['team_id'], row['number']]);
/** Of Ann, of the Reds, of the Blues. */
const shown = (): string[][] => [
  items(ann.teams).map(({ name }) => name),
  items(reds.players).map(({ name }) => name),
  items(blues.players).map(({ name }) => name),
];
const NONE = [[], [], []];
const IN_REDS = [['Reds'], ['Ann'], []];
const IN_BLUES = [['Blues'], [], ['Ann']];

describe('R1: rows of a model between two, and the collections over it', () => {
  it('R1: R3: a new one shows on both sides, is given another end, and is deleted', async () => {
    const contract = new Contract({ player: ann, team: reds, number: 7 });
    session.add(contract);
    expect(shown()).toEqual(IN_REDS);
    await session.commit();
    expect([shown(), await contracts()]).toEqual([IN_REDS, [[1, 1, 1, 7]]]);
    contract.team = blues;
    expect(shown()).toEqual(IN_BLUES);
    await session.commit();
    expect([shown(), await contracts()]).toEqual([IN_BLUES, [[1, 1, 2, 7]]]);
    session.delete(contract);
    await session.commit();
    expect([shown(), await contracts()]).toEqual([NONE, []]);
  });

  it('R1: R3: so does one that is made through its own collection, or of keys', async () => {
    ann.contracts.create({ team: reds });
    expect(shown()).toEqual(IN_REDS);
    session.add(new Contract({ player: ann.id, team: blues.id }));
    expect(shown()).toEqual([['Reds', 'Blues'], ['Ann'], ['Ann']]);
    await session.commit();
    expect(await contracts()).toEqual([
      [1, 1, 1, 0],
      [2, 1, 2, 0],
    ]);
  });

  it('R1: a link and a row of the same two are one row, whichever comes first, loaded or not', async () => {
    ann.teams.add(reds);
    session.add(new Contract({ player: ann, team: reds, number: 7 }));
    session.add(new Contract({ player: ann, team: blues, number: 8 }));
    ann.teams.add(blues);
    expect(shown()).toEqual([['Reds', 'Blues'], ['Ann'], ['Ann']]);
    await session.commit();
    expect(await contracts()).toEqual([
      [1, 1, 1, 7],
      [2, 1, 2, 8],
    ]);
    const other = db.session();
    const [bob, greens] = [new Player({ name: 'Bob' }), await other.getOrFail(Team, 1)];
    other.add(bob);
    greens.players.add(bob);
    other.add(new Contract({ player: bob, team: greens, number: 9 }));
    await other.commit();
    expect((await contracts()).slice(2)).toEqual([[3, 2, 1, 9]]);
    await other.close();
  });

  it('R1: R5: taking all out leaves none behind: neither new rows nor those that were given this end', async () => {
    const contract = new Contract({ player: ann, team: reds });
    session.add(contract);
    await session.commit();
    session.add(new Contract({ player: ann, team: blues }), new Contract({ player: ann, team: blues }));
    ann.teams.set([]);
    expect(shown()).toEqual(NONE);
    await session.commit();
    expect([shown(), await contracts(), session.state(contract)]).toEqual([NONE, [], 'detached']);
    const moved = new Contract({ player: ann, team: reds });
    session.add(moved);
    await session.commit();
    moved.team = blues;
    blues.players.remove(ann);
    await session.commit();
    expect([shown(), await contracts(), session.state(moved)]).toEqual([NONE, [], 'detached']);
  });

  it('R1: R5: what is taken out and then made anew is a new row', async () => {
    ann.teams.add(reds);
    await session.commit();
    ann.teams.remove(reds);
    session.add(new Contract({ player: ann, team: reds, number: 3 }));
    expect(shown()).toEqual(IN_REDS);
    await session.commit();
    expect([shown(), await contracts()]).toEqual([IN_REDS, [[2, 1, 1, 3]]]);
  });

  it('R1: one that is deleted by itself and with all of its pair is deleted once', async () => {
    const [one, two] = [new Contract({ player: ann, team: reds }), new Contract({ player: ann, team: reds })];
    session.add(one, two);
    await session.commit();
    session.delete(one);
    ann.teams.remove(reds);
    await session.commit();
    expect([await contracts(), session.state(one), session.state(two)]).toEqual([[], 'detached', 'detached']);
  });

  it('R1: where there are two rows of a pair, the collections show it until both are gone', async () => {
    await db.transaction((other) =>
      other.addAll([1, 2].map((number) => new Contract({ player: ann.id, team: reds.id, number }))),
    );
    await session.close();
    session = db.session();
    ann = await session.query(Player).prefetchRelated('teams').one();
    [reds, blues] = (await session.query(Team).orderBy('id').prefetchRelated('players')) as unknown as [Team, Team];
    for (const [i, left] of [IN_REDS, NONE].entries()) {
      session.delete(await session.getOrFail(Contract, i + 1));
      await session.commit();
      expect(shown()).toEqual(left);
    }
  });

  it('S7: T1: R3: a rollback, a savepoint, and a row that is not saved after all put them back', async () => {
    await errorOf(() =>
      session.transaction(async () => {
        session.add(new Contract({ player: ann, team: reds }));
        await session.flush();
        expect(shown()).toEqual(IN_REDS);
        await errorOf(() =>
          session.transaction(async () => {
            session.add(new Contract({ player: ann, team: blues }));
            expect(shown()).toEqual([['Reds', 'Blues'], ['Ann'], ['Ann']]);
            throw new Error('no');
          }),
        );
        expect(shown()).toEqual(IN_REDS);
        throw new Error('no');
      }),
    );
    expect(shown()).toEqual(NONE);
    const contract = new Contract({ player: ann, team: blues });
    session.add(contract);
    session.delete(contract);
    expect(shown()).toEqual(NONE);
    session.add(contract);
    expect(shown()).toEqual(IN_BLUES);
    await session.rollback();
    expect([shown(), await contracts()]).toEqual([NONE, []]);
  });

  it('R3: a collection that is loaded later shows those that are not written', async () => {
    session.add(new Contract({ player: ann, team: reds }));
    await session.commit();
    const other = db.session();
    const [anne, [red, blue]] = [await other.getOrFail(Player, 1), await other.query(Team).orderBy('id')];
    const contract = await other.getOrFail(Contract, 1);
    contract.team = blue!;
    other.add(new Contract({ player: anne, team: blue! }));
    expect(items(await anne.teams.load())).toEqual([blue]);
    expect([items(await red!.players.load()), items(await blue!.players.load())]).toEqual([[], [anne]]);
    await other.commit();
    expect(items(anne.teams)).toEqual([blue]);
    await other.close();
  });

  it('S5: R3: what goes with a deleted end leaves the other', async () => {
    session.add(new Contract({ player: ann, team: reds }), new Contract({ player: ann, team: blues }));
    await session.commit();
    session.delete(reds);
    await session.commit();
    expect([items(ann.teams), items(blues.players), (await contracts()).length]).toEqual([[blues], [ann], 1]);
  });
});
