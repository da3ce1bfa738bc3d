package io.understudy.tomcat;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.function.BiConsumer;
import org.apache.catalina.Context;
import org.apache.catalina.Wrapper;

/**
 * Servlets without a servlet type in their class files, so that the same test classes run on every
 * line of Tomcat. Requests, responses and asynchronous contexts are plain objects, used by {@link
 * #call}.
 */
final class Servlets {
  private Servlets() {}

  static void add(Context context, String pattern, BiConsumer<Object, Object> service) {
    Class<?> type = servletType("Servlet");
    Object servlet =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> handle(service, proxy, method, args));
    Wrapper wrapper = context.createWrapper();
    wrapper.setName(pattern);
    wrapper.setAsyncSupported(true);
    callExact(wrapper, "setServlet", type, servlet);
    context.addChild(wrapper);
    wrapper.addMapping(pattern);
  }

  private static Object handle(
      BiConsumer<Object, Object> service, Object proxy, Method method, Object[] args) {
    switch (method.getName()) {
      case "service" -> service.accept(args[0], args[1]);
      case "hashCode" -> {
        return System.identityHashCode(proxy);
      }
      case "equals" -> {
        return proxy == args[0];
      }
      case "toString", "getServletInfo" -> {
        return "test servlet";
      }
      default -> {}
    }
    return null;
  }

  /** A type of the servlet API that is on the class path. */
  static Class<?> servletType(String simpleName) {
    for (String api : new String[] {"jakarta.servlet.", "javax.servlet."}) {
      try {
        return Class.forName(api + simpleName);
      } catch (ClassNotFoundException e) {
        // The other one, then.
      }
    }
    throw new IllegalStateException("no servlet API on the class path");
  }

  static void write(Object response, String text) {
    ((PrintWriter) call(response, "getWriter")).write(text);
  }

  /** Calls a method that has no parameters. */
  static Object call(Object target, String name) {
    return invoke(target, method(target, name));
  }

  private static void callExact(Object target, String name, Class<?> type, Object argument) {
    try {
      invoke(target, target.getClass().getMethod(name, type), argument);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Method method(Object target, String name) {
    return Arrays.stream(target.getClass().getMethods())
        .filter(method -> method.getName().equals(name) && method.getParameterCount() == 0)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(target.getClass() + " has no " + name));
  }

  private static Object invoke(Object target, Method method, Object... args) {
    try {
      method.setAccessible(true); // A public method of a class that is not.
      return method.invoke(target, args);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(method + " failed", e);
    }
  }

  /** Throws what {@code Servlet.service} may throw: its own checked exception. */
  static void throwServletException(String message) {
    try {
      Object thrown =
          servletType("ServletException").getConstructor(String.class).newInstance(message);
      Servlets.<RuntimeException>raise((Exception) thrown);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Exception> void raise(Exception e) throws E {
    throw (E) e;
  }
}
