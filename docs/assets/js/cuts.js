/* The figure of chapter 20: the reader moves the cuts, by pointer or by keyboard. What the buffer
   makes of each piece is in the figure's data, computed by the chapter's program. */
(() => {
  "use strict";
  for (const figure of document.querySelectorAll("svg.cuts")) {
    const { octets, events, held } = JSON.parse(figure.dataset.trace);
    const handles = [...figure.querySelectorAll(".cut")];
    const cuts = handles.map((handle) => Number(handle.dataset.after));
    const cells = [...figure.querySelectorAll("rect.fig-fill")];
    const left = Number(cells[0].getAttribute("x"));
    const width = Number(cells[0].getAttribute("width"));

    const show = () => {
      const ends = [...cuts, octets.length];
      ends.forEach((stop, number) => {
        const start = number ? ends[number - 1] : 0;
        const done = events.slice(start, stop).filter(Boolean);
        const piece = octets.slice(start, stop).join("");
        figure.querySelector(`[data-call="${number}"]`).textContent =
          start === stop ? "no piece" : `feed(b'${piece}')`;
        figure.querySelector(`[data-result="${number}"]`).textContent =
          [...done, `holds ${held[stop]}`].join(", ");
      });
      handles.forEach((handle, number) => {
        handle.setAttribute("transform", `translate(${left + width * cuts[number]} 0)`);
        handle.setAttribute("aria-valuenow", cuts[number]);
        handle.setAttribute("aria-valuetext", `after octet ${cuts[number]} of ${octets.length}`);
      });
    };
    const move = (number, cut) => {
      const low = number ? cuts[number - 1] : 0;
      const high = number + 1 < cuts.length ? cuts[number + 1] : octets.length;
      cuts[number] = Math.max(low, Math.min(high, cut));
      show();
    };
    const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -99, End: 99 };

    figure.setAttribute("role", "group");
    handles.forEach((handle, number) => {
      const attributes = { role: "slider", tabindex: 0, "aria-label": `Cut ${number + 1}` };
      const range = { "aria-valuemin": 0, "aria-valuemax": octets.length };
      for (const [key, value] of Object.entries({ ...attributes, ...range })) {
        handle.setAttribute(key, value);
      }
      handle.addEventListener("keydown", (event) => {
        if (!(event.key in keys)) return;
        event.preventDefault();
        move(number, cuts[number] + keys[event.key]);
      });
      handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
      handle.addEventListener("pointermove", (event) => {
        if (!handle.hasPointerCapture(event.pointerId)) return;
        const point = new DOMPoint(event.clientX, event.clientY);
        const { x } = point.matrixTransform(figure.getScreenCTM().inverse());
        move(number, Math.round((x - left) / width));
      });
    });
    show();
  }
})();
