/**
 * The public map that can be moved: MapLibre over our own GeoJSON, nothing from another server.
 *
 * MapLibre starts its worker from an address as text, which the content policy refuses; the default
 * trusted-types policy below lets that one file through and nothing else.
 */

import { LngLatBounds, Map, Marker, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import "./map.css";
import { boundsOf, colours, styleOf, type Shapes } from "./style";

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): unknown;
}

const element = document.getElementById("map") as HTMLElement;
const trouble = document.getElementById("trouble") as HTMLElement;
const { worker = "", map: source = "", tiles } = element.dataset;
const cameras = [...document.querySelectorAll<HTMLButtonElement>("button[data-camera]")];

function trustWorker(): void {
  const types = (window as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
  types?.createPolicy("default", {
    createScriptURL(url: string): string {
      if (url !== worker) throw new TypeError(`not the map's worker: ${url}`);
      return url;
    },
  });
  setWorkerUrl(worker);
}

function style(shapes: Shapes): StyleSpecification {
  const read = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  const where = tiles === undefined ? undefined : new URL(tiles, location.href).href;
  return styleOf(shapes, colours(read), where && decodeURI(where));
}

async function show(): Promise<void> {
  const shapes = (await (await fetch(source)).json()) as Shapes;
  trustWorker();
  const bounds = new LngLatBounds(...boundsOf(shapes));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new Map({
    container: element,
    style: style(shapes),
    bounds,
    fitBoundsOptions: { padding: 40, maxZoom: 18 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    fadeDuration: 0,
  });
  map.getCanvas().setAttribute("aria-label", element.dataset.label ?? "");
  const marks = cameras.map((each) => mark(map, each));
  for (const [index, each] of cameras.entries()) {
    const pick = (): void => {
      const { longitude, latitude } = each.dataset;
      const center: [number, number] = [Number(longitude), Number(latitude)];
      for (const [other, button] of cameras.entries()) {
        const pressed = String(other === index);
        button.setAttribute("aria-pressed", pressed);
        marks[other]?.setAttribute("aria-pressed", pressed);
      }
      map.easeTo({ center, zoom: Math.max(map.getZoom(), 17), animate: !still });
    };
    each.addEventListener("click", pick);
    marks[index]?.addEventListener("click", pick);
  }
  const press = (id: string, act: () => void): void =>
    document.getElementById(id)?.addEventListener("click", act);
  press("closer", () => map.zoomIn({ animate: !still }));
  press("farther", () => map.zoomOut({ animate: !still }));
  press("whole", () => map.fitBounds(bounds, { padding: 40, maxZoom: 18, animate: !still }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    map.setStyle(style(shapes)),
  );
  map.once("load", () => (element.dataset.ready = "yes"));
}

function mark(map: Map, camera: HTMLButtonElement): HTMLElement {
  const { longitude, latitude, mark: name = "", number = "" } = camera.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "mark";
  button.textContent = number;
  button.setAttribute("aria-pressed", "false");
  new Marker({ element: button }).setLngLat([Number(longitude), Number(latitude)]).addTo(map);
  button.setAttribute("aria-label", name);
  return button;
}

show().catch((error: unknown) => {
  console.warn(error);
  trouble.textContent = trouble.dataset.failed ?? "";
  (element.parentElement as HTMLElement).hidden = true;
});
