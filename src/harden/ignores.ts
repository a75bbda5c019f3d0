import { inFile } from '../compose/file-path';
import type { YamlDocument } from '../yaml/document';
import { hintFor } from './suggest';
import { type Ignore, type IgnoreRule, ignoreFor, readIgnores, ruleFor } from './suppress';
import type { Draft, Suppression, Warning } from './types';

/** What the ignores of a run are checked against. */
export interface IgnoreSetup {
  /** Whether comments count. */
  inline: boolean;
  rules: readonly IgnoreRule[];
  /** All transforms there are. */
  ids: readonly string[];
  /** Those that run. */
  ran: readonly string[];
  /** Whether every service is looked at, by the transforms that run. */
  everyService: boolean;
}

/** The ignores of one project, comments and rules of the configuration: what they silence, and which of them silence nothing. */
export class Ignores {
  private readonly comments: readonly (Ignore & { file?: string })[];
  private readonly used = new Map<Ignore | IgnoreRule, Set<string>>();

  /** @param files those of the project, with their index in it. */
  constructor(
    files: readonly { path: string; file: number; document: YamlDocument }[],
    private readonly setup: IgnoreSetup,
  ) {
    if (!setup.inline) this.comments = [];
    else {
      this.comments = files.flatMap(({ path, file, document }) =>
        readIgnores(document).map((ignore) => ({
          ...ignore,
          path: ignore.path && inFile(file, ignore.path),
          ...(file > 0 && { file: path }),
        })),
      );
    }
  }

  /** What silences a finding of a transform, if anything does; that is then used. */
  find(transform: string, proposal: Draft): Suppression | undefined {
    const comment = ignoreFor(this.comments, transform, proposal);
    if (comment) {
      this.use(comment, transform);
      return { by: 'comment', reason: comment.reason };
    }
    const rule = ruleFor(this.setup.rules, transform, proposal);
    if (!rule) return undefined;
    this.use(rule, transform);
    return { by: 'configuration', reason: rule.reason, place: rule.place };
  }

  /**
   * Ids that are no transforms, and ignores that silenced nothing although what they are about was looked for.
   *
   * @param services those of the file: a rule about another one is not about this file.
   */
  warnings(services: readonly string[]): Warning[] {
    return [
      ...this.comments.flatMap((comment) => this.ofComment(comment)),
      ...this.setup.rules.flatMap((rule) => this.ofRule(rule, services)),
    ];
  }

  private use(ignore: Ignore | IgnoreRule, transform: string): void {
    const ids = this.used.get(ignore) ?? new Set();
    this.used.set(ignore, ids.add(transform));
  }

  private ofComment(comment: Ignore & { file?: string }): Warning[] {
    const { ids, line, column, file } = comment;
    const place = { line, column, ...(file !== undefined && { file }) };
    const { ids: known, ran, everyService } = this.setup;
    const used = this.used.get(comment);
    if (!ids) {
      const complete = everyService && ran.length === known.length;
      return used || !complete ? [] : [{ code: 'unused-ignore', message: 'this ignore comment silences nothing', ...place }];
    }
    return [...ids].flatMap((id): Warning[] => {
      if (!known.includes(id)) {
        return [{ code: 'unknown-transform', message: `there is no transform "${id}" to ignore: ${hintFor(id, known)}`, ...place }];
      }
      return used?.has(id) || !everyService || !ran.includes(id)
        ? []
        : [{ code: 'unused-ignore', message: `this ignore comment silences nothing of ${id}`, ...place }];
    });
  }

  private ofRule(rule: IgnoreRule, services: readonly string[]): Warning[] {
    const { transforms, service, place } = rule;
    const { ran, everyService } = this.setup;
    if (!everyService || (service !== undefined && !services.includes(service))) return [];
    return transforms
      .filter((id) => ran.includes(id) && !this.used.get(rule)?.has(id))
      .map((id) => ({
        code: 'unused-ignore',
        message: `this ignore silences nothing of ${id}${service ? ` for ${service}` : ''}`,
        ...place,
      }));
  }
}
