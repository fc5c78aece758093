import { describeFailure } from '../../functions/gateway/core/model/attempt-failure.ts';
import type { AttemptRecord, RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import { codeWord, operatorsFault } from '../../functions/gateway/core/model/vendor-text.ts';

/**
 * One request in one line for people: what was asked, who served it, how fast, and what was tried. Below it, what the operator has to mend.
 */
export function requestLine(record: RequestRecord): string {
  const asked = printable(record.askedModel ?? record.endpoint ?? '-');
  const unserved = record.status < 400 ? 'answered here' : `refused ${codeWord(record.errorCode) ?? ''}`;
  const served = record.servedBy ?? unserved;
  const times = `ttft ${milliseconds(record.ttftMs)}  total ${milliseconds(record.totalMs)}`;
  const attempts = record.attempts.map(attemptText).join(' -> ');
  const flags = [record.routing, record.explored ? 'explored' : '', record.ending === 'complete' ? '' : record.ending];
  const line = `${record.status} ${asked} => ${served}  ${times}  ${flags.filter((flag) => flag !== '').join(' ')}  [${attempts}]`;
  return [line, ...record.attempts.flatMap(faultLine)].join('\n');
}

function faultLine({ deployment, failure }: AttemptRecord): readonly string[] {
  const fault = failure === undefined ? undefined : operatorsFault(failure);
  const advice = fault?.advice === undefined ? '' : ` -> ${fault.advice}`;
  return fault === undefined ? [] : [`    ${deployment}: the provider says: ${fault.vendorMessage}${advice}`];
}

function attemptText(attempt: AttemptRecord): string {
  const reason = attempt.failure === undefined ? attempt.outcome : describeFailure(attempt.failure);
  return `${attempt.hedge ? 'hedge ' : ''}${attempt.deployment} ${reason} ${milliseconds(attempt.totalMs)}`;
}

/** A caller chooses the text: it must not move the cursor of the terminal, nor pretend to be another line. */
function printable(text: string): string {
  return text.slice(0, MAX_ASKED_CHARS).replaceAll(/[^\x20-\x7e]/g, '?');
}

const MAX_ASKED_CHARS = 100;

function milliseconds(value: number | undefined): string {
  return value === undefined ? '-' : `${Math.round(value)} ms`;
}
