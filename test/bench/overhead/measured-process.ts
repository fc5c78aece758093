import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Answers, Question } from './reporting-process.ts';

/** A process of the bench, which has told its place and answers questions. */
export interface MeasuredProcess<Place> {
  readonly place: Place;
  readonly ask: <Asked extends Question>(question: Asked) => Promise<Answers[Asked]>;
  readonly stop: () => void;
}

/** Starts `file` of this folder as a process of its own. It has to call `reports`. */
export async function startMeasured<Place>(file: string, ...args: string[]): Promise<MeasuredProcess<Place>> {
  const child = fork(new URL(file, import.meta.url), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [place] = (await once(child, 'message')) as [Place];
  return {
    place,
    ask: async (question) => {
      const answer = once(child, 'message');
      child.send(question);
      const [value] = await answer;
      return value;
    },
    stop: () => child.kill(),
  };
}
