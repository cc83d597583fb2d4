import Charts

/// What pages look like, pictures included.
public enum Stylesheet {
  public static let text =
    """
    :root{color-scheme:light dark;--paper:#fff;--raised:#f6f8fa;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--link:#0757b0;--good:#116329;--warn:#8a4600;--bad:#a40e26}
    @media (prefers-color-scheme:dark){:root{--paper:#0d1117;--raised:#151b23;--ink:#e6edf3;--soft:#9da7b3;--line:#3d444d;--link:#6cb0ff;--good:#57c26c;--warn:#e0a03c;--bad:#ff8f85}}
    *{box-sizing:border-box}
    html{scroll-padding-top:1rem}
    body{margin:0 auto;max-width:76rem;padding:0 1.25rem 2rem;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,sans-serif}
    h1{font-size:1.35rem;line-height:1.25;margin:1rem 0 .6rem;overflow-wrap:anywhere}
    h2{font-size:1.02rem;margin:1.5rem 0 .4rem}
    h3{font-size:.95rem;margin:0 0 .3rem;overflow-wrap:anywhere}
    p{margin:.4rem 0;max-width:62rem}
    a{color:var(--link);text-underline-offset:.15em}
    a:hover{text-decoration-thickness:.12em}
    :focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
    main:focus{outline:none}
    code,pre,.name{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.92em}
    code{background:var(--raised);padding:.05em .3em;border-radius:3px;white-space:nowrap}
    pre{background:var(--raised);border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem;overflow:auto;max-height:32rem;line-height:1.4}
    .top{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:center;justify-content:space-between;border-bottom:1px solid var(--line);padding:.6rem 0}
    .top ul{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;list-style:none;margin:0;padding:0}
    .top a{text-decoration:none;display:inline-block;padding:.15rem 0;color:var(--soft)}
    .top a:hover{color:var(--link)}
    .top a[aria-current]{color:var(--ink);font-weight:600;box-shadow:0 2px var(--link)}
    form{display:flex;flex-wrap:wrap;gap:.4rem .5rem;align-items:end}
    form label{font-size:.85rem;color:var(--soft)}
    form label>select,form label>input{display:block;margin-top:.1rem}
    input,select,button{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:5px;padding:.2rem .5rem;min-height:1.9rem;max-width:100%}
    button{background:var(--raised);cursor:pointer}
    button:hover{border-color:var(--link)}
    .facts{display:grid;grid-template-columns:max-content 1fr;gap:.22rem 1.1rem;margin:.4rem 0 1rem}
    .facts dt{color:var(--soft)}
    .facts dd{margin:0;overflow-wrap:anywhere}
    .soft,.facts small{color:var(--soft)}
    .good{color:var(--good)}
    .warn{color:var(--warn)}
    .bad{color:var(--bad)}
    .good,.bad,.warn{font-weight:600}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:.22rem .7rem .22rem 0;border-bottom:1px solid var(--line);vertical-align:middle}
    thead th{color:var(--soft);font-weight:500;font-size:.85rem;white-space:nowrap;vertical-align:bottom}
    tbody th{font-weight:400;overflow-wrap:anywhere;min-width:8rem}
    tbody tr[data-name]>th{min-width:min(20rem,34vw)}
    tbody tr:hover{background:var(--raised)}
    .n{text-align:right;white-space:nowrap}
    td svg{display:block}
    .why{color:var(--soft);font-size:.88rem}
    .mark{display:inline-block;font-size:.8rem;border:1px solid;border-radius:1em;padding:0 .55em;white-space:nowrap}
    .goes{color:var(--good)}
    .stays{color:var(--soft)}
    .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(21rem,1fr));gap:1rem;margin:.6rem 0}
    .card{border:1px solid var(--line);border-radius:8px;padding:.6rem .8rem;min-width:0}
    .card svg{display:block}
    .line{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:end;justify-content:space-between}
    .line label{margin-left:auto;font-size:.85rem;color:var(--soft)}
    details{margin:.3rem 0}
    summary{cursor:pointer;overflow-wrap:anywhere}
    .frames{margin:.2rem 0 .6rem 1.1rem;padding-left:1.2rem;overflow-wrap:anywhere}
    .out{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden;white-space:nowrap}
    .skip{position:absolute;left:-99rem}
    .skip:focus{left:1rem;top:.4rem;background:var(--paper);padding:.3rem .6rem;z-index:1}
    .tel-patterns{position:absolute}
    .fold{background:none;border:0;padding:0 .3rem;min-height:0;color:var(--link)}
    footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.6rem;color:var(--soft);font-size:.88rem;overflow-wrap:anywhere}
    @media (max-width:40rem){
    body{padding:0 .8rem 1.5rem}
    .facts{grid-template-columns:1fr;gap:0}
    .facts dd{margin-bottom:.45rem}
    .cards{grid-template-columns:1fr}
    .wideonly,tr[data-name] .why{display:none}
    thead th,thead .n{white-space:normal}
    code{white-space:normal}
    th,td{padding-right:.5rem}
    .top form{width:100%}
    .top input[type=search]{flex:1}
    }
    @media print{
    body{max-width:none;padding:0;font-size:10pt;background:#fff;color:#000}
    .top,.skip,form,.fold,.line label{display:none}
    details::details-content{content-visibility:visible}
    a{color:inherit;text-decoration:none}
    pre{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}
    .card,tr{break-inside:avoid}
    .wide{overflow:visible}
    }

    """ + Charts.stylesheet
}
