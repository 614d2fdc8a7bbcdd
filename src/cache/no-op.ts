import type { CacheAnswer, CacheBackend, CacheQuestion } from './backend.ts';

/** A cache that keeps nothing: for programs that choose one by their configuration. A database that is given it pays nothing. */
export class NoOpCache implements CacheBackend {
  get(questions: readonly CacheQuestion[]): CacheAnswer[] {
    return questions.map(() => ({ kind: 'held' }));
  }

  set(): void {}

  hold(): void {}

  release(): void {}

  delete(): void {}

  clear(): void {}
}
