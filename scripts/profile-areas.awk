# Reads stacks of `perf script -F comm,ip,sym,dso`: what share of the CPU each area took.
# A sample belongs to the area of the innermost function; in the kernel, to what was
# asked of it.
BEGIN { RS = ""; FS = "\n" }
{
  innermost = $2
  area = "other"
  if (innermost ~ /\[kernel/) {
    area = "kernel: other"
    if (match($0, /__x64_sys_[a-z0-9_]+/))
      area = "kernel: " substr($0, RSTART + 10, RLENGTH - 10)
  } else if (innermost ~ /malloc|cfree|_int_free|realloc|calloc|memalign|unlink_chunk|[ _]mi_[a-z]|__rdl_|__rust_(de)?alloc/)
    area = "allocation"
  else if (innermost ~ /mem(move|cpy|set|cmp)/)
    area = "moving and comparing memory"
  else if (match(innermost, /(view_counter|hyper_util|hyper|httparse|http|axum_core|axum|tower_http|tower|tokio_tungstenite|tungstenite|tokio_util|tokio|mio|prometheus|aho_corasick|sha1|futures_util|matchit|jiff)::/)) {
    area = substr(innermost, RSTART, RLENGTH - 2)
    sub(/^tokio_tungstenite$/, "tungstenite", area)
    sub(/^(hyper_util|httparse|http)$/, "hyper", area)
    sub(/^(axum_core|tower_http|tower|matchit)$/, "axum", area)
    sub(/^(tokio_util|mio)$/, "tokio", area)
  }
  count[area]++
  all++
}
END {
  print all " samples"
  for (area in count) {
    share = 100 * count[area] / all
    if (share >= 1) printf "%5.1f %%  %s\n", share, area | "sort -rn"
  }
}
