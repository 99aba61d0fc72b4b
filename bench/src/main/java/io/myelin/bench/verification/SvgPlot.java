package io.myelin.bench.verification;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A plot of points or lines, drawn by hand as SVG; readable on light and dark ground. */
final class SvgPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int LEFT = 70;
  private static final int RIGHT = 150;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final String[] COLOURS = {
    "#2a78b8", "#d1532f", "#3f9142", "#8a5bb5", "#b8860b", "#c2437b", "#4d8f8f"
  };

  /** A place on the x axis and a value. */
  record Point(double x, double y) {}

  /** Named points; joined when {@code line}. */
  record Series(String name, List<Point> points, boolean line) {}

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<Series> series = new ArrayList<>();
  private final List<String> xTicks = new ArrayList<>();

  SvgPlot(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  /** Names the places 0, 1, 2 … of the x axis. */
  SvgPlot places(List<String> names) {
    xTicks.addAll(names);
    return this;
  }

  SvgPlot add(Series one) {
    series.add(one);
    return this;
  }

  String svg(double least, double most) {
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
                + " font-size=\"12\"><rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
            WIDTH,
            HEIGHT));
    text(out, LEFT, 22, "start", title);
    text(out, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 10, "middle", xLabel);
    text(out, 12, TOP - 8, "start", yLabel);
    for (int i = 0; i <= 5; i++) {
      double value = least + (most - least) * i / 5;
      double y = y(value, least, most);
      out.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
              LEFT,
              y,
              WIDTH - RIGHT,
              y));
      text(out, LEFT - 6, y + 4, "end", String.format(Locale.ROOT, "%.3g", value));
    }
    for (int i = 0; i < xTicks.size(); i++) {
      text(out, x(i), HEIGHT - BOTTOM + 18, "middle", xTicks.get(i));
    }
    for (int i = 0; i < series.size(); i++) {
      draw(out, series.get(i), COLOURS[i % COLOURS.length], least, most);
      text(out, WIDTH - RIGHT + 26, TOP + 10 + 18 * i, "start", series.get(i).name());
      dot(out, WIDTH - RIGHT + 16, TOP + 6 + 18 * i, COLOURS[i % COLOURS.length]);
    }
    return out.append("</svg>\n").toString();
  }

  private void draw(StringBuilder out, Series one, String colour, double least, double most) {
    StringBuilder points = new StringBuilder();
    for (Point point : one.points()) {
      double y = y(Math.clamp(point.y(), least, most), least, most);
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.x()), y));
      dot(out, x(point.x()), y, colour);
    }
    if (one.line()) {
      out.append(
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n"
              .formatted(colour, points.toString().strip()));
    }
  }

  private double x(double place) {
    double step = (WIDTH - LEFT - RIGHT) / (double) Math.max(1, xTicks.size());
    return LEFT + step * (place + 0.5);
  }

  private static double y(double value, double least, double most) {
    return HEIGHT - BOTTOM - (value - least) / (most - least) * (HEIGHT - TOP - BOTTOM);
  }

  private static void dot(StringBuilder out, double x, double y, String colour) {
    out.append(
        String.format(
            Locale.ROOT,
            "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\" fill-opacity=\"0.7\"/>%n",
            x,
            y,
            colour));
  }

  private static void text(StringBuilder out, double x, double y, String anchor, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#222222\">%s</text>%n",
            x,
            y,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }
}
