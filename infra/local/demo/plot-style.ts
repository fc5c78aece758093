/** Colours and fonts of the plot, for light and dark. It has its own paper, since nobody knows on what it is put. */
export const PLOT_STYLE = `
text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.heading { font-size: 18px; font-weight: 600 }
.name { font-size: 13px; font-weight: 600 }
.muted { fill: #59636e }
.paper { fill: #ffffff; stroke: #d1d9e0 }
.grid { stroke: #d1d9e0; stroke-width: 1 }
.slow { fill: #d4a72c; fill-opacity: .25 }
.down { fill: #cf222e; fill-opacity: .16 }
.dots { fill: none; stroke-width: 4.5; stroke-linecap: round; stroke-opacity: .65 }
.pinned { stroke: #bc4c00 }
.routed { stroke: #0969da }
.failed { fill: none; stroke: #cf222e; stroke-width: 1.5 }
.cut { fill: none; stroke: #59636e; stroke-width: 1.8 }
.level { stroke-width: 1.4 }
.p95 { stroke-dasharray: 6 3 }
.p50 { stroke-dasharray: 1.5 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.muted { fill: #9198a1 }
.paper { fill: #0d1117; stroke: #3d444d }
.grid { stroke: #3d444d }
.slow { fill: #d29922; fill-opacity: .28 }
.down { fill: #f85149; fill-opacity: .22 }
.pinned { stroke: #f0883e }
.routed { stroke: #58a6ff }
.failed { stroke: #ff7b72 }
.cut { stroke: #9198a1 }
}
`;
