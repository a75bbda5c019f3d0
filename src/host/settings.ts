import type { Data, Path } from '../yaml/types';
import type { DaemonJson } from './daemon-json';

/** A setting that counts, and who makes it. */
export interface Setting {
  value: Data;
  /** The configuration file, a flag of the unit, or a flag of the daemon that runs. */
  by: 'file' | 'unit' | 'process';
}

/** What the daemon is told. A setting may be made by a flag or by the file; dockerd does not start with both. */
export class Settings {
  constructor(
    private readonly json: DaemonJson,
    private readonly unit: ReadonlyMap<string, Data>,
    private readonly process: ReadonlyMap<string, Data>,
  ) {}

  /** The same flags over another configuration. */
  over(json: DaemonJson): Settings {
    return new Settings(json, this.unit, this.process);
  }

  /** By its name in daemon.json; undefined when nobody makes it, so that the daemon's default counts. */
  get(name: string): Setting | undefined {
    const inFile = this.json.get([name]);
    if (inFile !== undefined) return { value: inFile, by: 'file' };
    const flag = this.flag(name);
    return flag && { ...flag };
  }

  /** The value alone. */
  value(name: string): Data | undefined {
    return this.get(name)?.value;
  }

  /** What a flag says of it. */
  flag(name: string): Setting | undefined {
    const inUnit = this.unit.get(name);
    if (inUnit !== undefined) return { value: inUnit, by: 'unit' };
    const running = this.process.get(name);
    return running === undefined ? undefined : { value: running, by: 'process' };
  }

  /** Names that both a flag and the file set. */
  get conflicts(): readonly string[] {
    return this.json.names.filter((name) => this.flag(name) !== undefined);
  }

  /** Strings of a list; of a single string, that one. */
  list(name: string): readonly string[] {
    const value = this.value(name);
    return (Array.isArray(value) ? value : value === undefined ? [] : [value]).filter((each) => typeof each === 'string');
  }

  /** Something within a setting, such as an option of the log driver. */
  inside(path: Path): Data | undefined {
    const [name, ...rest] = path;
    return rest.reduce<Data | undefined>(
      (value, key) => {
        if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
        return Object.getOwnPropertyDescriptor(value, String(key))?.value as Data | undefined;
      },
      this.value(String(name)),
    );
  }
}
