import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { batten } from '../../src';
import type { RunOptions } from '../../src/harden/api';

/*
 * test/fixtures/field/<case>/ is a small project of a kind that broke when others hardened it, and expect.yaml what must hold after `fix` with
 * nothing but its defaults. A fixture with expected bytes says what batten writes today; a case here only what must never be otherwise:
 *
 *   why        what would break, in one sentence
 *   options    RunOptions, where the kind is one of `strict` only
 *   SERVICE    keeps          capabilities it has: those that Docker gives while nothing is dropped, else what is added
 *              lacks          capabilities it must not have
 *              no_new_privileges, read_only, init
 *                             whether it is on
 *              networks       networks it is still on
 *              apart          services with which it shares no network any more
 *              beside         services with which it still shares one
 *              user           the user as it is written; null = none
 */

const ROOT = path.join(__dirname, '..', 'fixtures', 'field');

const DEFAULTS =
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT';

interface Wanted {
  keeps?: string[];
  lacks?: string[];
  no_new_privileges?: boolean;
  read_only?: boolean;
  init?: boolean;
  networks?: string[];
  beside?: string[];
  apart?: string[];
  user?: string | number | null;
}

interface Written {
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  init?: boolean;
  user?: string | number;
  networks?: string[] | Record<string, unknown>;
}

for (const name of readdirSync(ROOT)) {
  const directory = path.join(ROOT, name);
  const { why, options, ...services } = parse(readFileSync(path.join(directory, 'expect.yaml'), 'utf8')) as {
    why: string;
    options?: RunOptions;
  } & Record<string, Wanted>;

  describe(name, () => {
    const text = readFileSync(path.join(directory, 'compose.yaml'), 'utf8');
    const { after } = batten.run({ path: 'compose.yaml', text, directory }, { apply: true, ...options });
    const result = (parse(after, { merge: true }) as { services: Record<string, Written> }).services;

    test('says what it is for', () => {
      expect(why).toMatch(/\w/);
      expect(Object.keys(services).length).toBeGreaterThan(0);
      expect(existsSync(path.join(directory, 'compose.yaml'))).toBe(true);
    });

    for (const [service, wanted] of Object.entries(services)) {
      test(`${service}: ${why}`, () => {
        const written = result[service]!;
        const has = capabilities(written);
        for (const each of wanted.keeps ?? []) expect(has).toContain(each);
        for (const each of wanted.lacks ?? []) expect(has).not.toContain(each);
        if (wanted.no_new_privileges !== undefined) expect(gainsNothing(written)).toBe(wanted.no_new_privileges);
        if (wanted.read_only !== undefined) expect(written.read_only ?? false).toBe(wanted.read_only);
        if (wanted.init !== undefined) expect(written.init ?? false).toBe(wanted.init);
        if (wanted.user !== undefined) expect(written.user ?? null).toBe(wanted.user);
        const networks = networksOf(written);
        for (const each of wanted.networks ?? []) expect(networks).toContain(each);
        for (const each of wanted.beside ?? []) expect(shared(networks, networksOf(result[each]!))).not.toEqual([]);
        for (const each of wanted.apart ?? []) expect(shared(networks, networksOf(result[each]!))).toEqual([]);
      });
    }
  });
}

function capabilities({ cap_add = [], cap_drop = [] }: Written): string[] {
  const drops = cap_drop.map(plain);
  const given = drops.includes('ALL') ? [] : DEFAULTS.split(' ').filter((name) => !drops.includes(name));
  return [...given, ...cap_add.map(plain)];
}

function plain(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

function gainsNothing({ security_opt = [] }: Written): boolean {
  return /^no-new-privileges(?:[:=](?:true|1|t))?$/i.test(security_opt.filter((each) => each.startsWith('no-new-privileges')).at(-1) ?? '');
}

function networksOf({ networks = ['default'] }: Written): string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

function shared(some: readonly string[], others: readonly string[]): string[] {
  return some.filter((each) => others.includes(each));
}
