import { expect, test } from "vitest";
import { embedCode, playerCode } from "./embed-code.ts";

test("the embed code is an iframe with the video's player", () => {
  expect(embedCode("https://reelay.example", "VmlkZW86MQ==")).toContain(
    'src="https://reelay.example/embed/VmlkZW86MQ%3D%3D"',
  );
});

test("the player code loads the player from the API and names the video", () => {
  expect(playerCode("https://reelay.example", "VmlkZW86MQ")).toBe(
    `<script type="module" src="https://reelay.example/player.js"></script>
<reelay-player video-id="VmlkZW86MQ" api="https://reelay.example" style="aspect-ratio: 16 / 9"></reelay-player>`,
  );
});
