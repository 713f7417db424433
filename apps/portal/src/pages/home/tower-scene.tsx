import type { JSX } from 'preact';

const STARS = [
  [38, 60, 1.4],
  [92, 118, 1],
  [60, 210, 1.2],
  [124, 40, 1],
  [338, 52, 1.5],
  [372, 150, 1],
  [312, 128, 1.1],
  [28, 320, 1],
  [384, 260, 1.3],
  [84, 290, 0.9],
  [346, 330, 1],
  [270, 34, 0.9],
] as const;

/** A bell tower at nightfall: the beacon on top signals, the clock keeps time, the bell rings. An ornament. */
export function TowerScene(): JSX.Element {
  return (
    <svg
      class="scene"
      viewBox="0 -26 410 546"
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
    >
      <defs>
        <linearGradient id="scene-sky" x1="0" y1="0" x2="0" y2="1">
          <stop class="sky-top" offset="0" />
          <stop class="sky-middle" offset="0.62" />
          <stop class="sky-low" offset="1" />
        </linearGradient>
      </defs>
      <rect class="scene-sky" y="-26" width="410" height="546" fill="url(#scene-sky)" />
      {STARS.map(([x, y, r]) => (
        <circle key={x} class="scene-star" cx={x} cy={y} r={r} />
      ))}
      <g class="scene-signal">
        <path d="M177 70a32 32 0 0 1 56 0" />
        <path d="M153 56a60 60 0 0 1 104 0" />
        <path d="M129 42a88 88 0 0 1 152 0" />
      </g>
      <path class="scene-hill is-far" d="M0 452C60 420 120 430 190 440S340 404 410 430V520H0Z" />
      <g class="scene-tower">
        <circle class="scene-lamp" cx="205" cy="86" r="7" />
        <path d="M202 92h6v22h-6Z" />
        <path d="M205 108 272 186H138Z" />
        <path d="M134 186h142v13H134Z" />
        <path fill-rule="evenodd" d="M146 199h118v105H146Zm22 105v-52a37 37 0 0 1 74 0v52Z" />
        <path d="M136 304h138v12H136Z" />
        <path d="M148 316h114l8 204H140Z" />
      </g>
      <path class="scene-inside" d="M168 304v-52a37 37 0 0 1 74 0v52Z" />
      <path class="scene-beam" d="M168 240h74" />
      <g class="scene-bell">
        <path d="M205 240c15 0 20 10 21 24 1 11 3 16 8 21h-58c5-5 7-10 8-21 1-14 6-24 21-24Z" />
        <circle cx="205" cy="289" r="5" />
      </g>
      <g class="scene-clock">
        <circle cx="205" cy="362" r="27" />
        <path d="M205 362V344M205 362l13 8" />
      </g>
      <path class="scene-window" d="M197 438a8 8 0 0 1 16 0v20h-16Z" />
      <path class="scene-hill" d="M0 492c70-34 150-30 205-14s140 14 205-12V520H0Z" />
    </svg>
  );
}
