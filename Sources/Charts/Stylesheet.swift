/// What pictures need of the page around them.
public enum Charts {
  /// Put it into the page's stylesheet. Colours are apart from each other in
  /// lightness too, for whoever does not see hues; where there are no colours at
  /// all, on paper and in forced colours, patterns take their place.
  public static let stylesheet = """
    .tel-chart,.tel-patterns{--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#d8dee4;--c0:#0b5cab;--c1:#d9730d;--c2:#2a9468;--c3:#8f2d6e;--c4:#4a97cc;--c5:#3a3630;--o:#8c959f;\
    --q0:#559fda;--q1:#3f8dcd;--q2:#2b7abd;--q3:#1c66a6;--q4:#104f85;--q5:#083559;--mark:#b3261e}
    .tel-chart{max-width:100%;height:auto;font:11px system-ui,sans-serif;font-variant-numeric:tabular-nums}
    .tel-chart text{fill:var(--soft)}
    .tel-chart .y,.tel-chart .v,.tel-chart .e{text-anchor:end}
    .tel-chart .x{text-anchor:middle}
    .tel-chart .l text,.tel-chart .n text,.tel-chart .m{fill:var(--ink)}
    .tel-chart .grid,.tel-chart .tick{fill:none;stroke:var(--line)}
    .tel-chart .gap{fill:none;stroke:var(--paper);stroke-dasharray:.7 6.3}
    .tel-chart .edge{fill:none;stroke:var(--paper)}
    .tel-chart .mark{fill:none;stroke:var(--mark);stroke-width:1.5}
    .tel-chart .bar{opacity:.45}
    .tel-chart .track{fill:var(--line);opacity:.38}
    .tel-chart .band{opacity:.17}
    .tel-chart .w{fill:none;stroke:var(--ink);stroke-width:1.3}
    .tel-chart .s,.tel-chart .d{fill:none;stroke-width:2;stroke-linejoin:round}
    .tel-chart .d{stroke-width:7;stroke-linecap:round}
    .tel-chart .thin{stroke-width:1.4}
    .tel-chart .small{stroke-width:4.5}
    .tel-chart .hollow{fill:none;stroke:var(--paper);stroke-width:3;stroke-linecap:round}
    .tel-chart .s0{stroke:var(--c0)}
    .tel-chart .s1{stroke:var(--c1)}
    .tel-chart .s2{stroke:var(--c2)}
    .tel-chart .s3{stroke:var(--c3)}
    .tel-chart .s4{stroke:var(--c4)}
    .tel-chart .s5{stroke:var(--c5)}
    .tel-chart .c0{fill:var(--c0)}
    .tel-chart .c1{fill:var(--c1)}
    .tel-chart .c2{fill:var(--c2)}
    .tel-chart .c3{fill:var(--c3)}
    .tel-chart .c4{fill:var(--c4)}
    .tel-chart .c5{fill:var(--c5)}
    .tel-chart .o{fill:var(--o)}
    .tel-chart .q0{fill:var(--q0)}
    .tel-chart .q1{fill:var(--q1)}
    .tel-chart .q2{fill:var(--q2)}
    .tel-chart .q3{fill:var(--q3)}
    .tel-chart .q4{fill:var(--q4)}
    .tel-chart .q5{fill:var(--q5)}
    .tel-chart g>path:not(.gap,.hatch){stroke:var(--paper);stroke-width:.7;vector-effect:non-scaling-stroke}
    .tel-chart .live{opacity:.6}
    .tel-chart g>.hatch{fill:url(#tel-live) none;stroke:none}
    .tel-patterns{position:absolute;stroke:CanvasText}
    .tel-patterns .ground{fill:var(--paper);stroke:none}
    .tel-patterns .stripe{stroke:var(--paper);stroke-width:1.2}
    @media (prefers-color-scheme:dark){
    .tel-chart,.tel-patterns{--paper:#0d1117;--ink:#e6edf3;--soft:#9da7b3;--line:#30363d;--c0:#4a9eea;--c1:#e8842f;--c2:#4fd0a0;--c3:#d066ac;--c4:#b3dcff;--c5:#fbeec2;--o:#767e88;\
    --q0:#2a6cab;--q1:#3680c4;--q2:#4a95d8;--q3:#69abe5;--q4:#8fc3f0;--q5:#bfdffa;--mark:#ff8f85}
    }
    @media print{
    .tel-chart,.tel-patterns{--paper:#fff;--ink:#000;--soft:#333;--line:#bbb;--mark:#000;break-inside:avoid}
    }
    @media (forced-colors:active){
    .tel-chart,.tel-patterns{--paper:Canvas;--ink:CanvasText;--soft:CanvasText;--line:GrayText;--mark:Highlight;forced-color-adjust:none}
    }
    @media print,(forced-colors:active){
    .tel-chart .c1,.tel-chart .q0{fill:url(#tel-p1) CanvasText}
    .tel-chart .c2,.tel-chart .q1{fill:url(#tel-p2) CanvasText}
    .tel-chart .c3,.tel-chart .q2{fill:url(#tel-p3) CanvasText}
    .tel-chart .c4,.tel-chart .q4{fill:url(#tel-p4) CanvasText}
    .tel-chart .c5,.tel-chart .q5{fill:url(#tel-p5) CanvasText}
    .tel-chart .c0,.tel-chart .q3{fill:CanvasText}
    .tel-chart .o{fill:GrayText}
    .tel-chart .bar{fill:GrayText;opacity:1}
    .tel-chart .band,.tel-chart .track{fill:none}
    .tel-chart .s,.tel-chart .d,.tel-chart .w{stroke:CanvasText}
    .tel-chart .s1{stroke-dasharray:7 3}
    .tel-chart .s2{stroke-dasharray:2 2}
    .tel-chart .s3{stroke-dasharray:9 2 2 2}
    .tel-chart .s4{stroke-dasharray:4 4}
    .tel-chart .s5{stroke-dasharray:1 4}
    .tel-chart .d{stroke-dasharray:none}
    .tel-chart g>path:not(.gap,.hatch){stroke:CanvasText}
    }

    """

  /// Put it once into each page that has pictures, before the first: what the
  /// stylesheet's patterns are. Without it pictures are all there, only plainer
  /// on paper.
  public static let patterns = """
    <svg class="tel-patterns" width="0" height="0" aria-hidden="true"><defs>\
    <pattern id="tel-live" width="4" height="4" patternUnits="userSpaceOnUse"><path class="stripe" d="M-1 1l2-2M0 4l4-4M3 5l2-2"/></pattern>\
    <pattern id="tel-p1" width="5" height="5" patternUnits="userSpaceOnUse"><path class="ground" d="M0 0h5v5h-5z"/><path d="M-1 1l2-2M0 5l5-5M4 6l2-2" /></pattern>\
    <pattern id="tel-p2" width="5" height="5" patternUnits="userSpaceOnUse"><path class="ground" d="M0 0h5v5h-5z"/><path d="M-1 4l2 2M0 0l5 5M4-1l2 2" /></pattern>\
    <pattern id="tel-p3" width="4" height="4" patternUnits="userSpaceOnUse"><path class="ground" d="M0 0h4v4h-4z"/><path d="M0 2h4" /></pattern>\
    <pattern id="tel-p4" width="4" height="4" patternUnits="userSpaceOnUse"><path class="ground" d="M0 0h4v4h-4z"/><path d="M2 0v4" /></pattern>\
    <pattern id="tel-p5" width="4" height="4" patternUnits="userSpaceOnUse"><path class="ground" d="M0 0h4v4h-4z"/><path d="M1 1.5h1"/></pattern>\
    </defs></svg>
    """
}
