import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atTurnEnd, sendAtTurnEnd } from '../../../functions/gateway/adapters/turn-end.ts';

describe('the end of a turn', () => {
  it('has all that has come read before anything is sent, each in its order', async () => {
    const done: string[] = [];
    const note = (what: string) => (): void => void done.push(what);
    atTurnEnd(() => {
      note('read')();
      sendAtTurnEnd(note('sent of what was read'));
    });
    sendAtTurnEnd(note('first sent'));
    atTurnEnd(note('also read'));
    await new Promise(setImmediate);
    assert.deepEqual(done, ['read', 'also read', 'first sent', 'sent of what was read']);
  });

  it('is not waited for where nothing is left to be read: what is sent goes after the promises that are settled', async () => {
    const done: string[] = [];
    const sent = new Promise<void>((resolve) => {
      atTurnEnd(() => {
        void Promise.resolve()
          .then(() => sendAtTurnEnd(() => void done.push('sent')))
          .then(() => done.push('promise'))
          .then(() => done.push('promise after it'))
          .then(() => resolve());
      });
    });
    await sent;
    await new Promise<void>((resolve) => process.nextTick(resolve));
    setImmediate(() => done.push('the next turn'));
    assert.deepEqual(done, ['promise', 'promise after it', 'sent']);
  });

  it('has what several calls have read send together, after all promises that are settled by then', async () => {
    const done: string[] = [];
    const answer = (name: string): void => {
      done.push(`read ${name}`);
      sendAtTurnEnd(() => void done.push(`sent ${name}`));
      void Promise.resolve()
        .then(() => done.push(`promise of ${name}`))
        .then(() => sendAtTurnEnd(() => void done.push(`sent later ${name}`)));
    };
    atTurnEnd(() => answer('one'));
    atTurnEnd(() => answer('two'));
    await new Promise(setImmediate);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const both = (what: string): string[] => [`${what} one`, `${what} two`];
    assert.deepEqual(done, [...both('read'), ...both('promise of'), ...both('sent'), ...both('sent later')]);
  });

  it('comes after the ticks and promises of the turn, and leaves what comes up in it to the next', async () => {
    const done: string[] = [];
    atTurnEnd(() => {
      done.push('read');
      atTurnEnd(() => void done.push('read in the next turn'));
    });
    process.nextTick(() => void done.push('tick'));
    await Promise.resolve();
    done.push('promise');
    await new Promise(setImmediate);
    assert.deepEqual(done.slice(-1), ['read']);
    assert.deepEqual(new Set(done), new Set(['tick', 'promise', 'read']));
    await new Promise(setImmediate);
    assert.deepEqual(done.slice(-1), ['read in the next turn']);
  });
});
