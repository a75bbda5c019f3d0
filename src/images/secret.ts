import type { SecretVariable } from './facts';
import { believed, type Match } from './match';
import type { Situation } from './situation';
import type { SecretAdvice, Verdict } from './types';

/**
 * How a variable of an image can be read from a file. It is the image's entrypoint, or its program, that does so: with a start of one's
 * own nothing is known.
 */
export function secretAdvice(variable: string, match: Match | undefined, situation: Situation): Verdict<SecretAdvice> | undefined {
  if (!match || situation.entrypoint !== 'default' || situation.command !== 'default' || situation.bypassed) return undefined;
  const { template } = match;
  const facts = template.secrets ?? [];
  const fact = facts.find(({ env }) => env === variable) ?? facts.find(({ env, file }) => file !== null && fits(env, variable));
  if (!fact) return undefined;
  const file = fact.file === null ? null : fact.file.replace('*', middle(fact.env, variable));
  const { confidence, instead, sources } = fact;
  const why =
    file === null
      ? `${template.title} reads ${variable} from the environment only`
      : `${template.title} reads it from the file that ${file} names`;
  return {
    value: { file, private: fact.private ?? false, instead },
    ...believed(match, { confidence, sources, why }),
  };
}

function fits(pattern: string, variable: string): boolean {
  const [start, end] = pattern.split('*');
  return end !== undefined && variable.length >= pattern.length - 1 && variable.startsWith(start!) && variable.endsWith(end);
}

function middle(pattern: SecretVariable['env'], variable: string): string {
  const [start = '', end = ''] = pattern.split('*');
  return pattern.includes('*') ? variable.slice(start.length, variable.length - end.length) : '';
}
