
"use strict";
(function () {
  var table = document.querySelector("table.rows");
  var heads = Array.from(table.querySelectorAll("th"));
  var body = table.tBodies[0];
  var order = new Intl.Collator(document.documentElement.lang || undefined, { sensitivity: "base", numeric: true });
  function compare(a, b) {
    var n = a.dataset.n, m = b.dataset.n;
    if (n !== undefined && m !== undefined) return Number(n) - Number(m);
    if (n !== undefined || m !== undefined) return n !== undefined ? -1 : 1;
    return order.compare(a.textContent, b.textContent);
  }
  heads.forEach(function (head, column) {
    head.querySelector("button").addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach(function (h) { h.setAttribute("aria-sort", "none"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var rows = Array.from(body.rows);
      rows.sort(function (x, y) {
        var a = x.cells[column], b = y.cells[column];
        var blank = (a.textContent === "") - (b.textContent === "");
        if (blank !== 0) return blank;
        return down ? compare(b, a) : compare(a, b);
      });
      rows.forEach(function (r) { body.appendChild(r); });
    });
  });
})();
