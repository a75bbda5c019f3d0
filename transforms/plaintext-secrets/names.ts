import { parseDotEnv } from '../../src/compose/dotenv';
import type { ComposeProject } from '../../src/compose/project';
import { isCredentialName } from '../../src/harden/credentials';
import type { Refusal } from '../../src/yaml/types';
import type { Credential, Place } from './credentials';

/** Names that programs on the host read from the shell, which would win over `.env`, and names that say nothing by themselves. */
const OF_THE_SHELL =
  /^(?:PGPASSWORD|MYSQL_PWD|(?:GH|GITHUB|GITLAB|NPM|CI|HF)_TOKEN|AWS_\w+|AZURE_\w+|\w*OPENAI_API_KEY|ANTHROPIC_API_KEY|DOCKER_\w+|COMPOSE_\w+|PASSWORD|PASS|PASSWD|SECRET|TOKEN|API_?KEY|SECRET_KEY)$/i;

/** The variables that credentials get in `.env`: one a value, and none that already means something else. */
export class Names {
  private readonly dotEnv: Readonly<Record<string, string>>;
  private readonly given = new Map<string, string>();
  /** What a value is best called by, and whose it is. */
  private readonly leading = new Map<string, { name: string; service: string }>();

  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly project: ComposeProject,
    text: string | undefined,
  ) {
    this.dotEnv = text === undefined ? {} : parseDotEnv(text);
  }

  /** Names each value once, however many places have it: by a variable that has it as its default, else by one that is nothing but the value. */
  agree(places: readonly Place[]): void {
    const all = places.flatMap(({ credentials, services, raw }) =>
      credentials.map((credential) => ({ credential, service: services[0]!.name, written: raw.slice(credential.start, credential.end) })),
    );
    for (const [value, name] of this.known()) this.leading.set(value, { name, service: '' });
    for (const kind of ['default', 'literal', 'part'] as const) {
      for (const { credential, service, written } of all) {
        const { name, value } = credential;
        if (credential.kind !== kind || this.leading.has(value)) continue;
        if (kind === 'default' && (this.againstDefault(credential, written) || !this.fits(name, value))) continue;
        this.leading.set(value, { name, service });
      }
    }
  }

  /** A name for a literal: the one its value has already, in `.env` or for another place of this file, else a free one. */
  forLiteral(credential: Credential, asked: string): string {
    const { value } = credential;
    const { name, service } = this.leading.get(value) ?? { name: credential.name, service: asked };
    const base = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
    const mine = `${service}_${base}`
      .replace(/\W/g, '_')
      .toUpperCase()
      .replace(/^(?=\d)/, '_');
    const choices = OF_THE_SHELL.test(base) && service !== '' ? [mine] : [base, mine];
    for (;;) {
      const choice = choices.shift() ?? this.numbered(mine);
      if (!this.fits(choice, value)) continue;
      this.given.set(choice, value);
      return choice;
    }
  }

  /** The next of a name's numbers: those before were taken. */
  private numbered(name: string): string {
    const number = (this.numbers.get(name) ?? 1) + 1;
    this.numbers.set(name, number);
    return `${name}_${number}`;
  }

  /** Why the default of a variable cannot become its value in `.env`, or undefined. */
  againstDefault({ name, value }: Credential, written: string): Refusal | undefined {
    const there = Object.hasOwn(this.dotEnv, name) ? this.dotEnv[name] : undefined;
    if (there) return undefined;
    const refuse = (message: string): Refusal => ({ code: 'conflict', message });
    if (there === '')
      return refuse(`.env sets ${name} to nothing, so that the default counts: write the value there and \${${name}:?} here`);
    const others = [...(this.project.interpolated.get(name) ?? [])].filter((each) => !each.startsWith(`\${${name}:?`));
    if (others.some((each) => each.replace(':-', '-') !== written.replace(':-', '-'))) {
      return refuse(
        `${name} is used elsewhere in this file in another way (${others.filter((each) => each !== written).length} times), which a value in .env would change`,
      );
    }
    const given = this.given.get(name);
    if (given !== undefined && given !== value) return refuse(`another credential of this file becomes ${name}`);
    this.given.set(name, value);
    return undefined;
  }

  /** Values of `.env` that this project uses as credentials, and their names. */
  known(): Map<string, string> {
    const used = Object.entries(this.dotEnv).filter(([name]) => isCredentialName(name) && this.project.interpolated.has(name));
    return new Map(used.map(([name, value]) => [value, name]));
  }

  /** Whether `.env` sets a variable to something. */
  isSet(name: string): boolean {
    return Object.hasOwn(this.dotEnv, name) && this.dotEnv[name] !== '';
  }

  private fits(name: string, value: string): boolean {
    const given = this.given.get(name);
    if (given !== undefined) return given === value;
    const there = Object.hasOwn(this.dotEnv, name) ? this.dotEnv[name] : undefined;
    if (there !== undefined) return there === value && !value.includes('$');
    return !this.project.interpolated.has(name);
  }
}
