import type { Condition } from '../../images/xray';
import { table } from '../../table';

/** A condition as a person would say it: `PUID is set`, `/data/db is not there`. */
export function conditionText(condition: Condition): string {
  return said(condition, false);
}

/** All that has to hold. */
export function conditionsText(conditions: readonly Condition[]): string {
  return conditions.map((each) => said(each, false)).join(' and ');
}

const FILE: Readonly<Record<string, [string, string]>> = table({
  there: ['is there', 'is not there'],
  file: ['is a file', 'is no file'],
  directory: ['is a directory', 'is no directory'],
  link: ['is a link', 'is no link'],
  executable: ['can be executed', 'cannot be executed'],
  readable: ['can be read', 'cannot be read'],
  writable: ['can be written', 'cannot be written'],
  filled: ['is not empty', 'is empty or not there'],
  socket: ['is a socket', 'is no socket'],
  other: ['is as it asks', 'is not as it asks'],
});

function said(condition: Condition, not: boolean): string {
  switch (condition.if) {
    case 'not':
      return said(condition.of, !not);
    case 'all':
    case 'any': {
      // Not all of it is: one of it is not.
      const word = (condition.if === 'all') !== not ? ' and ' : ' or ';
      const parts = condition.of.map((each) => said(each, not));
      return parts.length === 1 ? parts[0]! : `(${parts.join(word)})`;
    }
    case 'variable':
      return compared(condition.name, condition, not);
    case 'argument':
      return compared(
        condition.which === '#' ? 'the number of words of the command' : `word ${condition.which} of the command`,
        condition,
        not,
      );
    case 'file':
      return `${condition.path} ${FILE[condition.is]![not ? 1 : 0]}`;
    case 'command':
      return `${condition.words.join(' ')} ${not ? 'fails' : 'succeeds'}`;
    case 'signal':
      return `${not ? 'not ' : ''}at ${condition.names.join(', ')}`;
    case 'time':
      return `${not ? 'not ' : ''}at ${condition.when}`;
    case 'unknown':
      return `${not ? 'not ' : ''}[${condition.text}]`;
  }
}

function compared(what: string, { is, value = '' }: { is: string; value?: string }, not: boolean): string {
  switch (is) {
    case 'set':
      return `${what} is ${not ? 'not set' : 'set'}`;
    case 'equal':
      return `${what} is ${not ? 'not ' : ''}${value === '' ? 'empty' : value}`;
    case 'less':
      return `${what} is ${not ? 'at least' : 'less than'} ${value}`;
    case 'greater':
      return `${what} is ${not ? 'at most' : 'more than'} ${value}`;
    default:
      return `${what} is ${not ? 'not ' : ''}like ${value}`;
  }
}
