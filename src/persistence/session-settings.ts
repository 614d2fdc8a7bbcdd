import { givenBounds } from '../core/bounds.ts';
import type { Bounds } from '../core/bounds.ts';
import type { ScopeSettings } from '../query/active-scopes.ts';
import { own } from '../utils/own.ts';
import type { Engine, SessionDefaults } from './engine.ts';
import { checkSessionOptions } from './options.ts';
import type { SessionOptions } from './options.ts';
import { scopesOf } from './scope-settings.ts';

/** What a session was opened with, checked, over what its database says. */
export interface SessionSettings extends SessionDefaults {
  readonly scopes: ScopeSettings;
  /** For each statement. */
  readonly bounds: Bounds | undefined;
  readonly performanceThreshold: number | undefined;
}

const usual = new WeakMap<Engine, SessionSettings>();
const NOTHING: SessionOptions = Object.freeze({});

/** The settings of a session. Most are opened without options of their own: these share one. @throws ConfigError */
export function sessionSettings(engine: Engine, options: SessionOptions & Bounds): SessionSettings {
  if (Object.keys(options ?? NOTHING).length > 0) return settingsOf(engine, options);
  let settings = usual.get(engine);
  if (settings === undefined) usual.set(engine, (settings = settingsOf(engine, NOTHING)));
  return settings;
}

function settingsOf(engine: Engine, options: SessionOptions & Bounds): SessionSettings {
  checkSessionOptions(options, ['config', 'signal', 'timeout']);
  const given = own(options);
  return {
    ...own({ ...engine.options, ...given }),
    scopes: scopesOf(given, engine.scopes, engine.models),
    bounds: givenBounds(given),
    performanceThreshold: given.performanceThreshold,
  };
}
