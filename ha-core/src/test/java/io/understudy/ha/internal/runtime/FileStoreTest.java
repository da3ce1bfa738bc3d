package io.understudy.ha.internal.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.understudy.ha.HaConfigurationException;
import io.understudy.ha.MemberId;
import io.understudy.ha.RegisterValue;
import io.understudy.ha.RegisterVersion;
import io.understudy.ha.RosterMember;
import io.understudy.ha.internal.election.Ballot;
import io.understudy.ha.internal.election.Founding;
import io.understudy.ha.internal.election.Life;
import io.understudy.ha.internal.election.Roster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
  @TempDir Path directory;

  @Test
  void whatIsSavedIsLoaded() throws IOException {
    try (FileStore store = FileStore.open(directory)) {
      assertEquals(Optional.empty(), store.load());
      store.save(sample(7));
      store.save(sample(8));
      assertEquals(Optional.of(sample(8)), store.load());
    }
  }

  @Test
  void aFileWithAnyByteChangedIsRefusedAndLeftUntouched() throws IOException {
    try (FileStore store = FileStore.open(directory)) {
      store.save(sample(7));
      Path file = directory.resolve(FileStore.FILE);
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; i < good.length; i++) {
        byte[] bad = good.clone();
        bad[i] ^= 0x40;
        Files.write(file, bad);
        HaConfigurationException refusal =
            assertThrows(HaConfigurationException.class, store::load, "byte " + i);
        assertTrue(String.valueOf(refusal.getMessage()).contains(file.toString()));
        assertArrayEquals(bad, Files.readAllBytes(file));
      }
    }
  }

  @Test
  void aTruncatedFileIsRefused() throws IOException {
    try (FileStore store = FileStore.open(directory)) {
      store.save(sample(7));
      Path file = directory.resolve(FileStore.FILE);
      byte[] good = Files.readAllBytes(file);
      for (int length = 0; length < good.length; length++) {
        Files.write(file, java.util.Arrays.copyOf(good, length));
        assertThrows(HaConfigurationException.class, store::load, "length " + length);
      }
    }
  }

  @Test
  void aHalfWrittenReplacementIsIgnored() throws IOException {
    try (FileStore store = FileStore.open(directory)) {
      store.save(sample(7));
      Files.write(directory.resolve("member.state.new"), new byte[] {1, 2, 3});
      assertEquals(Optional.of(sample(7)), store.load());
    }
  }

  @Test
  void aDirectoryServesOneMemberAtATime() throws IOException {
    try (FileStore first = FileStore.open(directory)) {
      assertTrue(first.load().isEmpty());
      HaConfigurationException refusal =
          assertThrows(HaConfigurationException.class, () -> FileStore.open(directory));
      assertTrue(String.valueOf(refusal.getMessage()).contains("in use"));
    }
    FileStore.open(directory).close();
  }

  @Test
  void afterItWasGivenBackNothingIsWrittenThereAnyMore() throws IOException {
    FileStore gone = FileStore.open(directory);
    gone.save(sample(7));
    gone.close();
    try (FileStore next = FileStore.open(directory)) {
      IOException refusal = assertThrows(IOException.class, () -> gone.save(sample(8)));
      assertTrue(String.valueOf(refusal.getMessage()).contains("given back"));
      assertEquals(Optional.of(sample(7)), next.load());
    }
    gone.close(); // twice does nothing
  }

  private static MemberRecord sample(long epoch) {
    Life life = new Life(MemberId.of("n2"), 0x1234567890L);
    RegisterValue value =
        new RegisterValue(
            new RegisterVersion(epoch, 3),
            "db-01".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Founding founding = new Founding(Map.of(MemberId.of("n1"), 5L, MemberId.of("n2"), 6L), true);
    Ballot ballot = new Ballot(epoch, life, value, founding);
    Roster roster =
        new Roster(
            1,
            List.of(
                new RosterMember(MemberId.of("n1"), 1, false),
                new RosterMember(MemberId.of("w1"), 2, true)));
    return new MemberRecord(
        MemberId.of("n1"),
        "shop",
        roster,
        123,
        founding,
        new TreeMap<>(Map.of("main", ballot, "db:shop", Ballot.BLANK)));
  }
}
