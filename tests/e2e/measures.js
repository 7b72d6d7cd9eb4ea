// What the tests of the page measure in it: violations of its policy, contrast, sizes of targets.

window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => window.violations.push(e.violatedDirective));

window.measures = {
  /** The ratio of each text to the first opaque background behind it. */
  contrast(selector) {
    return [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility()).map((node) => {
      const pair = [getComputedStyle(node).color, behind(node)].map((c) => luminance(rgba(c)));
      const [light, dark] = pair.sort((a, b) => b - a);
      const ratio = Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100;
      return [ratio, node.className, node.textContent.slice(0, 30)];
    });
  },

  /** Targets below 24 by 24 pixels. */
  small() {
    return [...document.querySelectorAll("button, select, input, summary, textarea, a")]
      .filter((e) => e.checkVisibility() && !e.closest(".unseen") && !e.matches(".skip"))
      .map((e) => [e.getBoundingClientRect(), e])
      .filter(([box]) => box.width < 24 || box.height < 24)
      .map(([box, e]) => `${e.tagName}.${e.className} ${Math.round(box.width)}x${Math.round(box.height)}`);
  },
};

function behind(node) {
  for (let up = node; up; up = up.parentElement) {
    const found = getComputedStyle(up).backgroundColor;
    if ((rgba(found)[3] ?? 1) > 0.98) return found;
  }
  return "rgb(255, 255, 255)";
}

/** Red, green and blue up to 255, as the browser writes them in either notation. */
function rgba(colour) {
  const numbers = colour.match(/[\d.]+/g).map(Number);
  if (!colour.startsWith("color(")) return numbers;
  return [...numbers.slice(0, 3).map((v) => v * 255), numbers[3] ?? 1];
}

function luminance([red, green, blue]) {
  const [r, g, b] = [red, green, blue].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
