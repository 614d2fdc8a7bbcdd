/** What an editor offers while one types: asked from TypeScript's language service, `|` marks the cursor. */
import { fileURLToPath } from 'node:url';

import ts from 'typescript-5.9';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const file = `${folder}__completions.ts`;
const header = `import { and, check, f, gt, index, model, not, or, Q, some, type Loaded, type Session } from './orm.ts';
import { Author, Post } from './models.ts';
declare const session: Session;
declare const author: Author;
const posts = session.query(Post);
`;

const config = ts.readConfigFile(`${folder}tsconfig.json`, (name) => ts.sys.readFile(name)).config as unknown;
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
let text = header;
let version = 0;
// One service for all cases: it keeps the library and the models, and checks only the line that is new.
const service = ts.createLanguageService({
  getScriptFileNames: () => [file],
  getScriptVersion: (name) => (name === file ? String(version) : '0'),
  getScriptSnapshot: (name) => {
    const content = name === file ? text : ts.sys.readFile(name);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => folder,
  getCompilationSettings: () => options,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: (name) => ts.sys.readFile(name),
});

/** The names that are offered at `|`, sorted, without keywords. */
function completions(code: string): string[] {
  const cursor = code.indexOf('|');
  text = header + code.slice(0, cursor) + code.slice(cursor + 1);
  version += 1;
  const entries = service.getCompletionsAtPosition(file, header.length + cursor, {})?.entries ?? [];
  return entries
    .filter((entry) => entry.kind !== ts.ScriptElementKind.keyword)
    .map((entry) => entry.name)
    .sort();
}

const sorted = (names: string): string[] => names.split(' ').sort();

const postColumns = sorted('authorId body createdAt id price published reviewerId title updatedAt views');
const postAttributes = sorted([...postColumns, 'author comments reviewer tags'].join(' '));
const authorAttributes = sorted('bio createdAt email id name posts profile role settings updatedAt');
const commentAttributes = sorted('author authorId body id parent parentId post postId replies');
const descending = (names: readonly string[]): string[] => [...names, ...names.map((name) => `-${name}`)].sort();

describe('paths', () => {
  it('completes to-one relations in selectRelated', () => {
    expect(completions("posts.selectRelated('|')")).toEqual(['author', 'reviewer']);
    expect(completions("posts.selectRelated('author', '|')")).toEqual(['author', 'reviewer']);
    expect(completions("posts.selectRelated('author.|')")).toContain('author.profile');
  });
  it('completes relations in prefetchRelated, on every level', () => {
    expect(completions("posts.prefetchRelated('|')")).toEqual(['author', 'comments', 'reviewer', 'tags']);
    expect(completions("posts.prefetchRelated('comments.|')")).toEqual(
      expect.arrayContaining(['comments.author', 'comments.parent', 'comments.post', 'comments.replies']),
    );
    expect(completions("posts.prefetchRelated('tags', 'comments.author.posts.|')")).toContain(
      'comments.author.posts.reviewer',
    );
  });
  it('completes relations in session.prefetch', () => {
    expect(completions("session.prefetch([author], '|')")).toEqual(['posts', 'profile']);
    expect(completions("session.prefetch([author], 'posts.|')")).toContain('posts.comments');
  });
});

describe('conditions', () => {
  it('completes the keys of a filter, and nothing else', () => {
    expect(completions('posts.filter({ | })')).toEqual(postAttributes);
    expect(completions('posts.filter({ author: { | } })')).toEqual(authorAttributes);
    expect(completions('posts.filter({ comments: { author: { | } } })')).toEqual(authorAttributes);
    expect(completions('posts.get({ | })')).toEqual(postAttributes);
  });
  it('completes them inside or, and, not, some and Q.of', () => {
    expect(completions('posts.filter(or({ | }))')).toEqual(postAttributes);
    expect(completions("posts.filter(or({ title: 'x' }, { | }))")).toEqual(postAttributes);
    expect(completions("posts.filter(or({ title: 'x' }, and(not({ | }))))")).toEqual(postAttributes);
    expect(completions('posts.filter({ comments: some({ | }) })')).toEqual(commentAttributes);
    expect(completions('Q.of(Post, { | })')).toEqual(postAttributes);
  });
  it('completes members of an enum', () => {
    expect(completions("session.query(Author).filter({ role: '|' })")).toEqual(['admin', 'editor']);
  });
  it('completes columns and relations in callbacks', () => {
    expect(completions('posts.filter((p) => p.|)')).toEqual(postAttributes);
    expect(completions('posts.filter((p) => p.author.|)')).toEqual(authorAttributes);
    expect(completions('posts.filter((p) => p.views.|)')).toEqual(expect.arrayContaining(['eq', 'gt', 'plus']));
    expect(completions('posts.filter((p) => p.views.|)')).not.toContain('icontains');
    expect(completions('posts.filter((p) => p.title.|)')).toEqual(expect.arrayContaining(['eq', 'icontains', 'lower']));
    expect(completions('posts.filter(not(or((p) => p.|)))')).toEqual(postAttributes);
  });
});

describe('query sets', () => {
  it('completes order keys, with annotations', () => {
    expect(completions("posts.orderBy('|')")).toEqual(descending(postColumns));
    expect(completions("posts.orderBy('title', '-|')")).toEqual(descending(postColumns));
    expect(completions("posts.annotate((p) => ({ n: p.comments.count() })).orderBy('|')")).toEqual(
      descending([...postColumns, 'n']),
    );
  });
  it('completes columns in values and valuesList', () => {
    expect(completions("posts.values('|')")).toEqual(postColumns);
    expect(completions("posts.valuesList('id', '|')")).toEqual(postColumns);
    expect(completions("posts.only('|')")).toEqual(postColumns);
    expect(completions("posts.values('title', 'views').orderBy('|')")).toEqual(descending(['title', 'views']));
  });
  it('completes annotation callbacks', () => {
    expect(completions('posts.annotate((p) => ({ n: p.| }))')).toEqual(postAttributes);
    expect(completions('posts.annotate((p) => ({ n: p.comments.| }))')).toEqual(
      sorted('avg count every filter max min none some stringAgg sum'),
    );
    expect(completions('posts.annotate((p) => ({ n: p.comments.max((c) => c.|) }))')).toEqual(commentAttributes);
  });
  it('completes what update can set', () => {
    expect(completions('posts.update({ | })')).toEqual(sorted([...postColumns, 'author reviewer'].join(' ')));
  });
});

describe('models', () => {
  it('completes what a constructor takes', () => {
    expect(completions('new Post({ | })')).toEqual(
      sorted('author body createdAt id price published reviewer title updatedAt views'),
    );
  });
  it('completes an entity, and shows no internals', () => {
    expect(completions('author.|')).toEqual(sorted([...authorAttributes, 'domain greet load pk toJSON'].join(' ')));
    expect(completions('async () => (await posts.selectRelated("author").one()).author.|')).toEqual(
      sorted([...authorAttributes, 'domain greet load pk toJSON'].join(' ')),
    );
    expect(completions('new Post({ title: "", body: "", author }).author.|')).toEqual(['load', 'pk']);
  });
  it('completes options of fields and models', () => {
    expect(completions("model('x', { id: f.auto(), name: f.string({ | }) })")).toEqual(
      expect.arrayContaining(['maxLength', 'nullable', 'sensitive']),
    );
    const options = (rest: string) => completions(`model('x', { id: f.auto(), name: f.string() }, { ${rest} })`);
    expect(options("ordering: ['|']")).toEqual(descending(['id', 'name']));
    expect(options("primaryKey: ['|']")).toEqual(['id', 'name']);
    expect(options("indexes: [index('|')]")).toEqual(expect.arrayContaining(['id', 'name', '-name']));
    expect(options("constraints: [check('c', (c) => c.|)]")).toEqual(['id', 'name']);
  });
});
