/** Numbers of a lognormal distribution with the given median. Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958. */
export function lognormal(random: () => number, median: number, sigma: number): () => number {
  return () => {
    // 1 - u is above 0, where the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random()));
  };
}
