import asyncHooks from 'node:async_hooks';

/*
 * Loaded before `node:test`, which follows every promise of a process in order to name the test that an error nobody awaits comes from. That
 * takes half of the processor's time of a test of streams. Without it such an error fails its file all the same, under the file's name.
 */
const { createHook } = asyncHooks;
asyncHooks.createHook = (callbacks) => createHook({ ...callbacks, trackPromises: false });
