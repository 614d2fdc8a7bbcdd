/** A blog: people who write posts, tags on them, and what readers say. */
import { f, index, model, type Session } from 'blazeorm';

/** When a row was made and last changed; an abstract model is an object to spread. */
const timestamps = {
  createdAt: f.datetime({ autoNowAdd: true }),
  updatedAt: f.datetime({ autoNow: true }),
};

export class Author extends model('author', {
  id: f.auto(),
  name: f.string({ maxLength: 80 }),
  email: f.string({ maxLength: 120, unique: true, sensitive: true }),
  bio: f.text({ nullable: true }),
  posts: f.reverse(() => Post, 'author'),
  comments: f.reverse(() => Comment, 'author'),
}) {}

export class Tag extends model('tag', {
  id: f.auto(),
  name: f.string({ maxLength: 40, unique: true }),
  posts: f.reverse(() => Post, 'tags'),
}) {}

export class Post extends model(
  'post',
  {
    id: f.auto(),
    title: f.string({ maxLength: 200 }),
    slug: f.string({ maxLength: 200, unique: true }),
    body: f.text(),
    status: f.enum(['draft', 'published'], { default: 'draft' }),
    publishedAt: f.datetime({ nullable: true }),
    views: f.int({ default: 0 }),
    author: f.foreignKey(() => Author, { onDelete: 'cascade' }),
    tags: f.manyToMany(() => Tag),
    comments: f.reverse(() => Comment, 'post'),
    ...timestamps,
  },
  { indexes: [index('status', '-publishedAt')] },
) {
  /** A manager: what readers may see. */
  static published(session: Session) {
    return session.query(Post).filter({ status: 'published' });
  }

  /** The beginning of the text. */
  get teaser(): string {
    return this.body.length <= 80 ? this.body : `${this.body.slice(0, 79)}…`;
  }
}

export class Comment extends model(
  'comment',
  {
    id: f.auto(),
    body: f.text(),
    approved: f.bool({ default: false }),
    post: f.foreignKey(() => Post, { onDelete: 'cascade' }),
    author: f.foreignKey(() => Author, { nullable: true, onDelete: 'set null' }),
    createdAt: f.datetime({ autoNowAdd: true }),
  },
  { indexes: [index('post', 'createdAt')] },
) {}

export const models = [Author, Tag, Post, Comment];
