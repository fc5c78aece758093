/** A share in words: 0.0144 is `1.44 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
