import { inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { InvalidValueError, model, f, NoSessionError, NotLoadedError } from 'blazeorm';

import { Author, City, Comment, Country, OrderLine, Post, Profile, Sample, Tag, Venue } from '../../support/models.ts';
import { failure, openTestDatabase } from '../../support/database.ts';

const ann = () => new Author({ name: 'Ann', email: 'ann@x.org' });
const columnsOf = (modelClass: { meta: { fields: readonly { name: string }[] } }) =>
  modelClass.meta.fields.map((field) => field.name);

/** Assign what the types refuse. */
const assign = (entity: object, name: string, value: unknown): void => {
  (entity as Record<string, unknown>)[name] = value;
};

describe('the shape of an entity', () => {
  it('M2: its own properties are its columns, in the order of the definition, and nothing else', async () => {
    const author = ann();
    const post = new Post({ title: 'Hello', author });
    expect(Reflect.ownKeys(post)).toEqual(columnsOf(Post));
    const db = await openTestDatabase();
    await using session = db.session();
    session.add(post);
    await session.commit();
    const loaded = await db.session().query(Post).selectRelated('author').prefetchRelated('tags', 'comments').one();
    expect(Reflect.ownKeys(loaded)).toEqual(columnsOf(Post));
    expect(Object.getPrototypeOf(loaded)).toBe(Post.prototype);
    expect(Object.getPrototypeOf(post)).toBe(Post.prototype);
    expect(loaded).toEqual(post);
    await db.close();
  });

  it('M2: spread, JSON, structuredClone and console.log show columns', () => {
    const author = new Author({ name: 'Ann', email: 'ann@x.org', age: 33 });
    const plain = { id: undefined, name: 'Ann', email: 'ann@x.org', bio: null, age: 33, role: 'editor' };
    // oxlint-disable-next-line typescript/no-misused-spread -- what a spread shows is what is tested
    expect({ ...author }).toEqual(plain);
    // oxlint-disable-next-line typescript/no-misused-spread -- what a spread shows is what is tested
    expect(structuredClone({ ...author })).toEqual(plain);
    expect(structuredClone(author)).toEqual(plain);
    expect(JSON.parse(JSON.stringify(author))).toEqual({
      name: 'Ann',
      email: 'ann@x.org',
      bio: null,
      age: 33,
      role: 'editor',
    });
    expect(inspect(author)).toBe(
      "Author {\n  id: undefined,\n  name: 'Ann',\n  email: 'ann@x.org',\n  bio: null,\n  age: 33,\n  role: 'editor'\n}",
    );
    const { name, age } = author;
    expect([name, age]).toEqual(['Ann', 33]);
    expect(Object.keys(author)).toEqual(Object.keys(plain));
  });

  it('M3: JSON has a form for bigints and bytes, inside of arrays too', () => {
    const sample = new Sample({
      bigint: 9223372036854775807n,
      bigints: [1n, -2n],
      binary: new Uint8Array([1, 2, 255]),
      datetime: new Date(0),
      json: { a: [1, { b: null }] },
    });
    expect(JSON.parse(JSON.stringify(sample))).toMatchObject({
      bigint: '9223372036854775807',
      bigints: ['1', '-2'],
      binary: 'AQL/',
      datetime: '1970-01-01T00:00:00.000Z',
      json: { a: [1, { b: null }] },
    });
    const json = sample.toJSON() as { json: { a: unknown[] } };
    json.json.a.push('changed');
    expect(sample.json).toEqual({ a: [1, { b: null }] });
  });

  it('M2: methods, getters and statics of the class work', () => {
    expect(ann().domain).toBe('x.org');
    expect(ann()).toBeInstanceOf(Author);
    expect(() => Author.admins()).toThrow(NoSessionError);
    expect(() => Author.objects()).toThrow(
      'Author.objects() was called outside of a session. Call it inside db.transaction() or session.run(), or use session.query(Author).',
    );
  });

  it('M7: pk is the value of a single key, a frozen tuple of a composite one, undefined without one', () => {
    expect(new Country({ code: 'FR', name: 'France', dialCode: 33 }).pk).toBe('FR');
    expect(ann().pk).toBeUndefined();
    const line = new OrderLine({ order: 7, line: 2, product: 'x', unitPrice: '1.00' });
    expect(line.pk).toEqual([7, 2]);
    expect(Object.isFrozen(line.pk)).toBe(true);
  });

  it('M2: the getter of a class that shares the name of no field stays, own fields of the class stay', () => {
    class Marked extends model('marked', { id: f.auto(), text: f.string() }) {
      marker = 'own';
    }
    // oxlint-disable-next-line typescript/no-misused-spread -- what a spread shows is what is tested
    expect({ ...new Marked({ text: 'x' }) }).toEqual({ id: undefined, text: 'x', marker: 'own' });
  });
});

describe('relations in memory', () => {
  it('R3: a relation and its key value are kept in step, both ways', () => {
    const author = ann();
    const post = new Post({ title: 'x', author });
    expect(post.author).toBe(author);
    expect(post.authorId).toBeUndefined();
    author.id = 5;
    const other = new Post({ title: 'y', author });
    expect(other.authorId).toBe(5);
    other.authorId = 9;
    expect(other.author).not.toBe(author);
    expect((other.author as { pk: number }).pk).toBe(9);
    other.author = author;
    expect(other.authorId).toBe(5);
  });

  it('R3: a key stands for a reference that knows it, and nothing else of it', () => {
    const post = new Post({ title: 'x', author: 3 });
    const { author } = post as unknown as { author: Author };
    expect(author.pk).toBe(3);
    expect(author.id).toBe(3);
    expect(author).toBeInstanceOf(Author);
    expect(post.author).toBe(author);
    expect(() => author.name).toThrow(NotLoadedError);
    expect(Object.keys(author)).toEqual(['id']);
  });

  it('R3: null empties a nullable relation, and is refused for a required one', () => {
    const post = new Post({ title: 'x', author: 1, reviewer: 2 });
    post.reviewer = null;
    expect([post.reviewerId, post.reviewer]).toEqual([null, null]);
    post.reviewerId = 4;
    expect((post.reviewer as unknown as { pk: number }).pk).toBe(4);
    expect(() => assign(post, 'author', null)).toThrow(
      failure(InvalidValueError, {
        code: 'E_INVALID_VALUE',
        model: 'Post',
        field: 'author',
        message: 'Post.author takes an Author, not null.',
      }),
    );
    expect(post.authorId).toBe(1);
  });

  it.each([
    ['a key', 5, 'an Author or null, not an integer. To assign a key, set reviewerId.'],
    ['undefined', undefined, 'an Author or null, not undefined. To assign a key, set reviewerId.'],
    ['a plain object', { id: 5 }, 'an Author or null, not a plain object.'],
    ['another model', new Tag({ name: 't' }), 'an Author or null, not an instance of Tag.'],
    ['an imitation', Object.create(Author.prototype) as object, 'an Author or null, not an instance of Author.'],
  ])('R3, X2: what is no entity of the target is refused: %s', (_, value, message) => {
    const post = new Post({ title: 'x', author: 1, reviewer: 2 });
    expect(() => assign(post, 'reviewer', value)).toThrow(
      failure(InvalidValueError, {
        code: 'E_INVALID_VALUE',
        model: 'Post',
        field: 'reviewer',
        message: `Post.reviewer takes ${message}`,
      }),
    );
    expect(post.reviewerId).toBe(2);
  });

  it('R3: assigning a parent moves the child between loaded collections', () => {
    const [a, b] = [ann(), ann()];
    const post = new Post({ title: 'x', author: a });
    const posts = (author: Author): unknown[] => (author.posts as unknown as { toArray(): unknown[] }).toArray();
    expect([posts(a), posts(b)]).toEqual([[post], []]);
    post.author = b;
    expect([posts(a), posts(b)]).toEqual([[], [post]]);
    a.posts.add(post);
    expect([posts(a), posts(b)]).toEqual([[post], []]);
    expect(post.author).toBe(a);
  });

  it('R1, R3: both sides of a one-to-one follow each other', () => {
    const [a, b] = [ann(), ann()];
    const profile = new Profile({ nickname: 'annie', author: a });
    expect(a.profile).toBe(profile);
    expect(b.profile).toBeNull();
    assign(b, 'profile', profile);
    expect(profile.author).toBe(b);
    expect(a.profile).toBeNull();
  });

  it('R5: collections before saving: add, remove, set, clear, create, once each, on both sides', () => {
    const post = new Post({ title: 'x', author: 1 });
    const [red, blue] = [new Tag({ name: 'red' }), new Tag({ name: 'blue' })];
    const names = (items: unknown): string[] => [...(items as Iterable<Tag>)].map((tag) => tag.name);
    post.tags.add(red, red);
    post.tags.add(red, blue);
    expect(names(post.tags)).toEqual(['red', 'blue']);
    expect([...(red.posts as unknown as Iterable<Post>)]).toEqual([post]);
    post.tags.remove(red);
    expect(names(post.tags)).toEqual(['blue']);
    expect([...(red.posts as unknown as Iterable<Post>)]).toEqual([]);
    post.tags.set([red]);
    expect(names(post.tags)).toEqual(['red']);
    const green = post.tags.create({ name: 'green' });
    expect(names(post.tags)).toEqual(['red', 'green']);
    expect(green).toBeInstanceOf(Tag);
    post.tags.clear();
    expect(names(post.tags)).toEqual([]);
    const comment = post.comments.create({ body: 'hi' });
    expect(comment).toBeInstanceOf(Comment);
    expect(comment.post).toBe(post);
  });

  it('R5: a collection takes entities of its target only, is never assigned, and a required child is not orphaned', () => {
    const post = new Post({ title: 'x', author: 1 });
    expect(() => (post.tags as unknown as { add(item: unknown): void }).add({ name: 'red' })).toThrow(
      failure(InvalidValueError, {
        code: 'E_INVALID_VALUE',
        message: 'Post.tags takes Tag entities, not a plain object.',
      }),
    );
    expect(() => assign(post, 'tags', [])).toThrow(
      failure(InvalidValueError, {
        code: 'E_INVALID_VALUE',
        message: 'Post.tags is a collection and cannot be assigned. Use tags.set(items), add(…) or remove(…).',
      }),
    );
    const comment = post.comments.create({ body: 'hi' });
    expect(() => post.comments.remove(comment)).toThrow(
      failure(InvalidValueError, { code: 'E_INVALID_VALUE', message: 'Comment.post takes a Post, not null.' }),
    );
    expect(comment.post).toBe(post);
  });

  it('R4: a collection is the same object, loaded or not, and load() needs a session', async () => {
    const post = new Post({ title: 'x', author: 1 });
    expect(post.tags).toBe(post.tags);
    expect(() => post.tags.query()).toThrow(
      failure(NoSessionError, {
        code: 'E_NO_SESSION',
        message: 'Post.tags.query() needs a session, and this Post belongs to none. Add the entity to a session first.',
      }),
    );
    await expect((new Post({ title: 'y', author: 8 }).author as unknown as Author).load()).rejects.toThrow(
      failure(NoSessionError, {
        code: 'E_NO_SESSION',
        message:
          'Author is a reference that belongs to no session. Add its owner to a session first, or load it with session.get().',
      }),
    );
  });

  it('R1: a foreign key to a unique column takes its value', () => {
    const country = new Country({ code: 'FR', name: 'France', dialCode: 33 });
    const city = new City({ id: '0190a000-0000-7000-8000-000000000000', name: 'Lyon', country, dial: country });
    expect([city.countryId, city.dialId]).toEqual(['FR', 33]);
    expect([city.country, city.dial]).toEqual([country, country]);
  });
});

describe('what is not loaded', () => {
  it('L5: reading it throws an error that names the field and the call that loads it', async () => {
    const db = await openTestDatabase();
    await db.transaction((session) => {
      session.add(new Post({ title: 'x', author: ann() }));
    });
    await using session = db.session();
    const post = await session.query(Post).one();
    const author = post.author as unknown as Author;
    expect(() => author.name).toThrow(
      expect.objectContaining({
        name: 'NotLoadedError',
        code: 'E_NOT_LOADED',
        model: 'Author',
        field: 'name',
        message:
          "Author.name is not loaded: Post.author is a reference. Load it with await author.load(), or add .selectRelated('author') to the query of Post.",
      }) as Error,
    );
    expect(() => (post.tags as unknown as { length: number }).length).toThrow(
      expect.objectContaining({
        code: 'E_NOT_LOADED',
        model: 'Post',
        field: 'tags',
        message:
          "Post.tags is not loaded. Load it with await tags.load(), or add .prefetchRelated('tags') to the query of Post.",
      }) as Error,
    );
    expect(() => JSON.stringify(post.tags)).toThrow(NotLoadedError);
    expect(inspect(post.tags)).toBe('Collection of Tag (not loaded)');
    expect(inspect(author)).toBe('Author { id: 1 }');
    expect(JSON.stringify(author)).toBe('{"id":1}');
    await author.load();
    expect(author.name).toBe('Ann');
    expect(Object.getPrototypeOf(author)).toBe(Author.prototype);
    await db.close();
  });

  it('L5, Q7: only() and defer() guard field by field, for reading and for writing', async () => {
    const db = await openTestDatabase();
    await db.transaction((session) => {
      session.add(new Venue({ name: 'Hall', address: { street: 'High St', city: 'Bath' } }), ann());
    });
    await using session = db.session();
    const venue = await session.query(Venue).only('name').one();
    expect(Object.keys(venue)).toEqual(['id', 'name']);
    expect(() => venue.address).toThrow(
      "Venue.address is not loaded. Load it with await entity.load() or session.refresh(entity), or read 'address' in the query.",
    );
    // Named cast: what is not there compiles only for who says so.
    const author = (await session.query(Author).defer('bio', 'age').one()) as Author;
    expect(() => author.bio).toThrow(NotLoadedError);
    expect(() => {
      author.age = 3;
    }).toThrow(NotLoadedError);
    expect([author.name, author.role]).toEqual(['Ann', 'editor']);
    expect(author).toBeInstanceOf(Author);
    expect(JSON.parse(JSON.stringify(author))).toEqual({ id: 1, name: 'Ann', email: 'ann@x.org', role: 'editor' });
    const [whole] = await session.query(Author);
    expect(whole).toBe(author);
    expect(author.bio).toBeNull();
    expect(Object.getPrototypeOf(author)).toBe(Author.prototype);
    await db.close();
  });
});
