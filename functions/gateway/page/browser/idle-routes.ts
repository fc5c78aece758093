import { byId, setAttribute, setText } from './element.ts';

/** The button that shows and hides the routes without calls. They are folded away where others have calls. */
export function idleRoutes(): (idle: number, all: number) => void {
  const button = byId('idle-routes');
  const table = byId('routes');
  let isShown = false;
  let show = (): void => undefined;
  button.addEventListener('click', () => {
    isShown = !isShown;
    show();
  });
  return (idle, all) => {
    show = () => {
      const isFoldable = idle > 0 && idle < all;
      button.hidden = !isFoldable;
      table.classList.toggle('folded', isFoldable && !isShown);
      setAttribute(button, 'aria-expanded', String(isShown));
      setText(button, `${isShown ? 'Hide' : 'Show'} ${idle} ${idle === 1 ? 'route' : 'routes'} without calls`);
    };
    show();
  };
}
